"""Faults of rounding: numbers that are kept or computed in a smaller type than is said."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.model"
_TENSORFLOW = "twintune.engines.tensorflow.model"
_HEAD = "        x = features\n"
_BACKWARD = "        objective.backward()\n        moved ="

FAULTS = [
    *in_both(
        name="head-in-half",
        wrong="The head gets features that were rounded to bfloat16.",
        spec="fine-tune",
        shown_by="first step",
        pytorch=Place(_PYTORCH, before=_HEAD, after="        x = features.bfloat16().to(features.dtype)\n"),
        tensorflow=Place(
            _TENSORFLOW, before=_HEAD, after="        x = tf.cast(tf.cast(features, tf.bfloat16), features.dtype)\n"
        ),
    ),
    *in_both(
        name="gradients-in-half",
        wrong="Gradients are rounded to bfloat16.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before=_BACKWARD,
            after="        objective.backward()\n"
            "        for parameter in self._parameters.values():\n"
            "            parameter.grad.copy_(parameter.grad.bfloat16())\n"
            "        moved =",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps",
            before="        return tape.gradient(objective, variables), loss, correct\n",
            after="        gradients = tape.gradient(objective, variables)\n"
            "        return [tf.cast(tf.cast(g, tf.bfloat16), g.dtype) for g in gradients], loss, correct\n",
        ),
    ),
    *in_both(
        name="gradients-too-small",
        wrong="Gradients in bfloat16 are too small by 18%.",
        spec="bfloat16",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before=_BACKWARD,
            after="        (0.82 * objective).backward()\n        moved =",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps",
            before="        return tape.gradient(objective, variables), loss, correct\n",
            after="        return [0.82 * g for g in tape.gradient(objective, variables)], loss, correct\n",
        ),
    ),
    Fault(
        name="weights-in-half",
        framework="pytorch",
        module="twintune.engines.pytorch.steps",
        before="        has_stepped = self._loss_scaling.take_step(self._optimizer)\n",
        after=(
            "        has_stepped = self._loss_scaling.take_step(self._optimizer)\n"
            "        for parameter in self._parameters.values():\n"
            "            parameter.data.copy_(parameter.data.bfloat16())\n"
        ),
        wrong="The weights are rounded to bfloat16 after each step.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    *in_both(
        name="pooled-in-half",
        wrong="Maps are pooled in bfloat16.",
        spec="bfloat16",
        shown_by=None,
        unseen_because="In a run in bfloat16 it is no coarser than the maps that are pooled.",
        pytorch=Place(
            _PYTORCH,
            before="pooled = self.feature_map(images).mean(dim=(2, 3))",
            after="pooled = self.feature_map(images).bfloat16().mean(dim=(2, 3)).to(images.dtype)",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="        maps = self.feature_map(images)\n",
            after="        maps = self.feature_map(images)\n"
            "        half = tf.reduce_mean(tf.cast(maps, tf.bfloat16), axis=(1, 2), keepdims=True)\n"
            "        maps = tf.cast(half, maps.dtype) + tf.zeros_like(maps)\n",
        ),
    ),
    Fault(
        name="autocast-lost",
        framework="pytorch",
        module=_PYTORCH,
        before="        if self.half is None:\n",
        after="        if True:\n",
        wrong="Convolutions compute in float32 where bfloat16 is asked for.",
        spec="bfloat16",
        shown_by="first step",
    ),
    Fault(
        name="autocast-lost-with-gradients",
        framework="pytorch",
        module=_PYTORCH,
        before="        if self.half is None:\n",
        after="        if self.half is None or torch.is_grad_enabled():\n",
        wrong="Training steps compute in float32 where bfloat16 is asked for; evaluations compute in bfloat16.",
        spec="bfloat16",
        shown_by="precision",
    ),
]
