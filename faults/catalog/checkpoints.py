"""Faults of the best epoch's weights, and of what a checkpoint gives back."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_LOOP = "twintune.training.loop"
_CHECKPOINTS = "twintune.training.run_checkpoints"
_RESTORE = "            self.checkpoints.restore_best()\n"
_BEST = "tensors = self._folder.load_best().tensors"

FAULTS = [
    *in_both(
        name="best-not-restored",
        wrong="A phase ends with its last weights, and is described as ending with those of its best epoch.",
        spec="head",
        shown_by="restored weights",
        pytorch=Place(_LOOP, before=_RESTORE, after="            pass\n"),
        tensorflow=Place(_LOOP, before=_RESTORE, after="            pass\n"),
    ),
    *in_both(
        name="last-for-best",
        wrong="The weights of the last epoch are restored as those of the best one.",
        spec="head",
        shown_by="restored weights",
        pytorch=Place(_CHECKPOINTS, before=_BEST, after="tensors = self._folder.load_last().tensors"),
        tensorflow=Place(_CHECKPOINTS, before=_BEST, after="tensors = self._folder.load_last().tensors"),
    ),
    *in_both(
        name="best-without-statistics",
        wrong="The best epoch's weights are restored without BatchNorm's running statistics.",
        spec="phases",
        shown_by="restored weights",
        pytorch=Place(
            _CHECKPOINTS,
            before='if not n.startswith(("optimizer.", "generator."))',
            after='if not n.startswith(("optimizer.", "generator.")) and ".running_" not in n',
        ),
        tensorflow=Place(
            _CHECKPOINTS,
            before='if not n.startswith(("optimizer.", "generator."))',
            after='if not n.startswith(("optimizer.", "generator.")) and ".running_" not in n',
        ),
    ),
    *in_both(
        name="best-head-alone",
        wrong="The best epoch's head is restored, and the backbone stays that of the last epoch.",
        spec="phases",
        shown_by="restored weights",
        pytorch=Place(
            "twintune.engines.pytorch.checkpoint", before="    load_module(model.backbone, tensors)\n", after=""
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.checkpoint",
            before="    for name, variable in model.variables.items():\n",
            after="    for name, variable in ():\n",
        ),
    ),
    Fault(
        name="resumed-without-moments",
        framework="pytorch",
        module="twintune.engines.pytorch.checkpoint",
        before='    is_fused = optimizer.defaults.get("fused")\n',
        after='    is_fused = optimizer.defaults.get("fused")\n    tensors = {}\n',
        wrong="A run is resumed with an optimiser that has forgotten its moments and its steps.",
        spec="interrupted",
        shown_by="continuity",
    ),
    Fault(
        name="resumed-without-moments",
        framework="tensorflow",
        module="twintune.engines.tensorflow.checkpoint",
        before="            if key in tensors:\n",
        after="            if False:\n",
        wrong="A run is resumed with an optimiser that has forgotten its moments.",
        spec="interrupted",
        shown_by="continuity",
    ),
    Fault(
        name="worst-for-best",
        framework="tensorflow",
        module="twintune.record.early_stopping",
        before="self._sign * (value - best.value) > self._rule.min_delta",
        after="self._sign * (best.value - value) > self._rule.min_delta",
        wrong="The epoch with the largest loss counts as the best one.",
        spec="phases",
        shown_by="epochs",
    ),
]
