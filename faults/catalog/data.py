"""Faults of the images and labels: which are trained on, in which order, and as what."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_KEPT = "twintune.features.cached_features"
_LOADER = "twintune.data.loader"
_SAMPLING = "twintune.data.sampling"
_BATCH = "yield Batch(np.asarray(features[chosen]), labels[chosen], chosen)"
_IMAGES = "            yield Batch(images, labels[chosen], chosen)\n"
_ORDER = 'return generator(seed, "batch order", epoch).permutation(count)'
_VIEW = "        if not is_augmented(self.augmentation):\n"

FAULTS = [
    Fault(
        name="last-batch-dropped",
        framework="pytorch",
        module=_KEPT,
        before="order = epoch_order(self.sampler, split.labels, self.seed, epoch)",
        after=(
            "order = epoch_order(self.sampler, split.labels, self.seed, epoch)"
            "[: len(split) // self.batch_size * self.batch_size]"
        ),
        wrong="The short last batch of an epoch isn't trained on.",
        spec="head",
        shown_by="images",
    ),
    Fault(
        name="last-batch-dropped",
        framework="tensorflow",
        module="twintune.engines.tensorflow.steps",
        before="        batch = _batch_of(step)\n",
        after=(
            "        batch = _batch_of(step)\n"
            "        if self._steps_alone and len(step.inputs) < 20:\n"
            "            _, loss, correct = self._forward(*batch, self._loss_scaling.scale)\n"
            "            return loss, correct, len(step.inputs), float(len(step.inputs)), False, 1\n"
        ),
        wrong="The loss of a short last batch is computed, and no step is taken.",
        spec="head",
        shown_by="updates",
    ),
    Fault(
        name="order-reversed",
        framework="tensorflow",
        module=_SAMPLING,
        before=_ORDER,
        after=f"{_ORDER}[::-1]",
        wrong="Each epoch takes its images in reverse order.",
        spec="head",
        shown_by="batch order",
    ),
    Fault(
        name="order-of-first-epoch",
        framework="pytorch",
        module=_SAMPLING,
        before=_ORDER,
        after=_ORDER.replace("epoch)", "0)"),
        wrong="All epochs take the images in the order of the first one.",
        spec="fine-tune",
        shown_by="batch order",
    ),
    Fault(
        name="image-twice",
        framework="pytorch",
        module=_KEPT,
        before=f"            {_BATCH}\n",
        after=(
            "            inputs = np.array(features[chosen])\n"
            "            inputs[0] = inputs[-1]\n"
            "            yield Batch(inputs, labels[chosen], chosen)\n"
        ),
        wrong="The last image of a batch is in it twice, and the first one isn't.",
        spec="head",
        shown_by="features",
    ),
    Fault(
        name="image-twice",
        framework="tensorflow",
        module=_LOADER,
        before=_IMAGES,
        after=f"            images[0] = images[-1]\n{_IMAGES}",
        wrong="The last image of a batch is in it twice, and the first one isn't.",
        spec="accumulation",
        shown_by="pixels",
    ),
    Fault(
        name="labels-shifted",
        framework="tensorflow",
        module=_LOADER,
        before=_IMAGES,
        after="            yield Batch(images, np.roll(labels[chosen], 1), chosen)\n",
        wrong="An image gets the label of the image before it in the batch.",
        spec="accumulation",
        shown_by="targets",
    ),
    Fault(
        name="not-augmented",
        framework="pytorch",
        module=_LOADER,
        before=_VIEW,
        after="        if True:\n",
        wrong="Training images aren't augmented.",
        spec="accumulation",
        shown_by="pixels",
    ),
    *in_both(
        name="colours-swapped-in-steps",
        wrong="Training steps get red for blue, and evaluations don't.",
        spec="accumulation",
        shown_by="first step",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before="as_layer_input(device.put(step.inputs))",
            after="as_layer_input(device.put(step.inputs)).flip(1)",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps",
            before="    return step.inputs, targets.labels",
            after="    return step.inputs[..., ::-1], targets.labels",
        ),
    ),
    Fault(
        name="pixels-not-centred",
        framework="tensorflow",
        module="twintune.data.preprocessing",
        before="return (values - mean) / std",
        after="return values / std",
        wrong="The mean colour isn't subtracted.",
        spec="accumulation",
        shown_by="pixels",
    ),
    Fault(
        name="head-from-other-seed",
        framework="pytorch",
        module="twintune.model.head",
        before='draw = generator(seed, "head", index)',
        after='draw = generator(seed + 1, "head", index)',
        wrong="The head begins with other weights.",
        spec="head",
        shown_by="head init",
    ),
]
