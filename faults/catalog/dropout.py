"""Faults of dropout in the head."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.model"
_TENSORFLOW = "twintune.engines.tensorflow.model"
_MASKED = "x = x * masks[index]"

FAULTS = [
    *in_both(
        name="masks-lost",
        wrong="Nothing is dropped.",
        spec="head",
        shown_by="first step",
        pytorch=Place(_PYTORCH, before=_MASKED, after="pass"),
        tensorflow=Place(_TENSORFLOW, before=_MASKED, after="pass"),
    ),
    *in_both(
        name="masks-unscaled",
        wrong="The units that stay aren't scaled up.",
        spec="head",
        shown_by="first step",
        pytorch=Place(_PYTORCH, before=_MASKED, after="x = x * (masks[index] > 0)"),
        tensorflow=Place(_TENSORFLOW, before=_MASKED, after="x = x * tf.sign(masks[index])"),
    ),
    Fault(
        name="masks-drawn-once",
        framework="tensorflow",
        module="twintune.training.masks",
        before="request.seeds.init, step, array_dtype",
        after="request.seeds.init, 0, array_dtype",
        wrong="All steps draw the masks of the first one.",
        spec="head",
        shown_by="dropout",
    ),
    *in_both(
        name="masks-of-first-step",
        wrong="The model is given the masks of the first step in all steps.",
        spec="head",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before="        logits = self._logits(step.inputs, step.masks)\n",
            after='        self._masks = getattr(self, "_masks", step.masks)\n'
            "        logits = self._logits(step.inputs, tuple(mask[: len(step.inputs)] for mask in self._masks))\n",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps",
            before="        batch = _batch_of(step)\n",
            after='        self._masks = getattr(self, "_masks", step.masks)\n'
            "        masks = tuple(mask[: len(step.inputs)] for mask in self._masks)\n"
            "        batch = _batch_of(dataclasses.replace(step, masks=masks))\n",
        ),
    ),
]
