"""Faults of the best epoch's weights, and of what a checkpoint gives back."""

from __future__ import annotations

from faults.fault import Fault

_LOOP = "twintune.training.loop"
_CHECKPOINTS = "twintune.training.run_checkpoints"
_RESTORE = "            self.checkpoints.restore_best()\n"
_BEST = "tensors = self._folder.load_best().tensors"

FAULTS = [
    Fault(
        name="best-not-restored",
        framework="pytorch",
        module=_LOOP,
        before=_RESTORE,
        after="            pass\n",
        wrong="A phase ends with its last weights, and is described as ending with those of its best epoch.",
        spec="head",
        shown_by="restored weights",
    ),
    Fault(
        name="best-not-restored",
        framework="tensorflow",
        module=_LOOP,
        before=_RESTORE,
        after="            pass\n",
        wrong="A phase ends with its last weights, and is described as ending with those of its best epoch.",
        spec="head",
        shown_by="restored weights",
    ),
    Fault(
        name="last-for-best",
        framework="pytorch",
        module=_CHECKPOINTS,
        before=_BEST,
        after="tensors = self._folder.load_last().tensors",
        wrong="The weights of the last epoch are restored as those of the best one.",
        spec="head",
        shown_by="restored weights",
    ),
    Fault(
        name="last-for-best",
        framework="tensorflow",
        module=_CHECKPOINTS,
        before=_BEST,
        after="tensors = self._folder.load_last().tensors",
        wrong="The weights of the last epoch are restored as those of the best one.",
        spec="head",
        shown_by="restored weights",
    ),
    Fault(
        name="best-without-statistics",
        framework="pytorch",
        module=_CHECKPOINTS,
        before='if not n.startswith(("optimizer.", "generator."))',
        after='if not n.startswith(("optimizer.", "generator.")) and ".running_" not in n',
        wrong="The best epoch's weights are restored without BatchNorm's running statistics.",
        spec="phases",
        shown_by="restored weights",
    ),
    Fault(
        name="best-without-statistics",
        framework="tensorflow",
        module=_CHECKPOINTS,
        before='if not n.startswith(("optimizer.", "generator."))',
        after='if not n.startswith(("optimizer.", "generator.")) and ".running_" not in n',
        wrong="The best epoch's weights are restored without BatchNorm's running statistics.",
        spec="phases",
        shown_by="restored weights",
    ),
    Fault(
        name="best-head-alone",
        framework="pytorch",
        module="twintune.engines.pytorch.checkpoint",
        before="    load_module(model.backbone, tensors)\n",
        after="",
        wrong="The best epoch's head is restored, and the backbone stays that of the last epoch.",
        spec="phases",
        shown_by="restored weights",
    ),
    Fault(
        name="best-head-alone",
        framework="tensorflow",
        module="twintune.engines.tensorflow.checkpoint",
        before="    for name, variable in model.variables.items():\n",
        after="    for name, variable in ():\n",
        wrong="The best epoch's head is restored, and the backbone stays that of the last epoch.",
        spec="phases",
        shown_by="restored weights",
    ),
    Fault(
        name="resumed-without-moments",
        framework="pytorch",
        module="twintune.engines.pytorch.checkpoint",
        before='    is_fused = optimizer.defaults.get("fused")\n',
        after='    is_fused = optimizer.defaults.get("fused")\n    tensors = {}\n',
        wrong="A run is resumed with an optimiser that has forgotten its moments and its steps.",
        spec="interrupted",
        shown_by="between epochs",
    ),
    Fault(
        name="resumed-without-moments",
        framework="tensorflow",
        module="twintune.engines.tensorflow.checkpoint",
        before="            if key in tensors:\n",
        after="            if False:\n",
        wrong="A run is resumed with an optimiser that has forgotten its moments.",
        spec="interrupted",
        shown_by="between epochs",
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
