"""Faults of the frozen stages and of what is kept of their outputs."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both, in_shared_code

_PYTORCH = "twintune.engines.pytorch.prefix"
_TENSORFLOW = "twintune.engines.tensorflow.prefix"
_KEPT = "twintune.features.cached_features"
_BATCH = "yield Batch(np.asarray(features[chosen]), labels[chosen], chosen)"
_VIEW = "views[epoch % len(views)]"
_LIVE = "return None if backbone_moved else self._record.state.weights"
_PREPARE_PYTORCH = "                self._compute = self._prepare(pixels)\n"
_PREPARE_TENSORFLOW = "                self._compute = self._prepare(images)\n"

FAULTS = [
    *in_shared_code(
        name="features-permuted",
        wrong="The features of a batch are in reverse order.",
        spec="head",
        shown_by="features",
        place=Place(
            _KEPT, before=_BATCH, after="yield Batch(np.asarray(features[chosen[::-1]]), labels[chosen], chosen)"
        ),
    ),
    Fault(
        name="features-of-other-view",
        framework="pytorch",
        module=_KEPT,
        before=_VIEW,
        after="views[(epoch + 1) % len(views)]",
        wrong="An epoch trains on the features of another epoch's view.",
        spec="head",
        shown_by="features",
    ),
    Fault(
        name="features-of-first-view",
        framework="tensorflow",
        module=_KEPT,
        before=_VIEW,
        after="views[0]",
        wrong="All epochs train on the features of the first view.",
        spec="head",
        shown_by="features",
    ),
    *in_shared_code(
        name="features-of-last-view",
        wrong="Once each view had its turn, all epochs train on the features of the last one.",
        spec="views",
        shown_by="features",
        place=Place(_KEPT, before=_VIEW, after="views[min(epoch, len(views) - 1)]"),
    ),
    *in_shared_code(
        name="features-stale",
        wrong="The last phase trains on features that the backbone gave before it was trained.",
        spec="phases",
        shown_by="features",
        place=Place("twintune.training.inputs", before=_LIVE, after="return self._record.state.weights"),
    ),
    *in_both(
        name="features-in-training-mode",
        wrong="Features are computed with BatchNorm in training mode.",
        spec="head",
        shown_by="features",
        pytorch=Place(
            _PYTORCH,
            before=_PREPARE_PYTORCH,
            after=f"                [layer.train() for layer in self._model.batch_norms]\n{_PREPARE_PYTORCH}",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_PREPARE_TENSORFLOW,
            after='                [setattr(layer, "mode", "train") for layer in self._model.batch_norms]\n'
            f"{_PREPARE_TENSORFLOW}",
        ),
    ),
    *in_both(
        name="folded-without-shift",
        wrong="BatchNorm is folded as if its running means were zero.",
        spec="head",
        shown_by="features",
        pytorch=Place(
            "twintune.engines.pytorch.freezing",
            before="        traced = torch.jit.trace(module, example, check_trace=False)\n",
            after="        module = copy.deepcopy(module)\n"
            "        for layer in module.modules():\n"
            "            if isinstance(layer, nn.BatchNorm2d):\n"
            "                layer.running_mean.zero_()\n"
            "        traced = torch.jit.trace(module, example, check_trace=False)\n",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.folding",
            before="return tf.nn.bias_add(outputs, shift)",
            after="return tf.nn.bias_add(outputs, beta)",
        ),
    ),
    *in_shared_code(
        name="features-rounded",
        wrong="Features are kept in float16.",
        spec="head",
        shown_by="features",
        place=Place(
            "twintune.features.extraction",
            before="yield prefix(batch.inputs)",
            after="yield prefix(batch.inputs).astype(np.float16).astype(np.float32)",
        ),
    ),
    *in_both(
        name="activations-turned",
        wrong="Rows and columns of kept activations are exchanged.",
        spec="fine-tune",
        shown_by="features",
        pytorch=Place(_PYTORCH, before="outputs.permute(0, 2, 3, 1)", after="outputs.permute(0, 3, 2, 1)"),
        tensorflow=Place(
            _TENSORFLOW,
            before="            return self._compute(tf.convert_to_tensor(images)).numpy()\n",
            after="            outputs = self._compute(tf.convert_to_tensor(images)).numpy()\n"
            "            return outputs.swapaxes(1, 2) if outputs.ndim == 4 else outputs\n",
        ),
    ),
    *in_both(
        name="colours-swapped",
        wrong="The frozen backbone gets red for blue.",
        spec="head",
        shown_by="features",
        pytorch=Place(
            _PYTORCH,
            before="pixels = channels_first(self._device.put(images))",
            after="pixels = channels_first(self._device.put(images)).flip(1)",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="self._compute(tf.convert_to_tensor(images))",
            after="self._compute(tf.convert_to_tensor(images[..., ::-1]))",
        ),
    ),
]
