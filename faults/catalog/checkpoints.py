"""Faults of the best epoch's weights, and of what a checkpoint gives back."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both, in_shared_code

_LOOP = "twintune.training.loop"
_CHECKPOINTS = "twintune.training.run_checkpoints"
_WRITTEN = "tensors = self._run.engine.state(backbone=self._run.position.backbone_moved)"
_STOPPING = "twintune.record.early_stopping"
_PYTORCH = "twintune.engines.pytorch.aligned"
_TENSORFLOW = "twintune.engines.tensorflow.aligned"
_LOAD_AVERAGE = "            load_average(self._average, self.model, tensors)\n"
_RESTORE = "            self.checkpoints.restore_best()\n"
_BEST = "tensors = self._folder.load_best().tensors"

FAULTS = [
    *in_shared_code(
        name="best-not-restored",
        wrong="A phase ends with its last weights, and is described as ending with those of its best epoch.",
        spec="head",
        shown_by="restored weights",
        place=Place(_LOOP, before=_RESTORE, after="            pass\n"),
    ),
    *in_shared_code(
        name="best-not-restored-in-half",
        wrong="A phase in bfloat16 ends with its last weights, described as those of its best epoch.",
        spec="half-head",
        shown_by="continuity",
        place=Place(_LOOP, before=_RESTORE, after="            pass\n"),
    ),
    *in_shared_code(
        name="last-for-best",
        wrong="The weights of the last epoch are restored as those of the best one.",
        spec="head",
        shown_by="restored weights",
        place=Place(_CHECKPOINTS, before=_BEST, after="tensors = self._folder.load_last().tensors"),
    ),
    *in_shared_code(
        name="best-without-statistics",
        wrong="The best epoch's weights are restored without BatchNorm's running statistics.",
        spec="phases",
        shown_by="restored weights",
        place=Place(
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
    *in_both(
        name="head-halved-between-phases",
        wrong="A phase after the first begins with half of the head that the phase before has left.",
        spec="phases",
        shown_by="continuity",
        pytorch=Place(
            _PYTORCH,
            before="        settings = parameter_settings(",
            after=(
                "        for name in [n for n in tensors if 'head.' in n and hasattr(self, '_optimizer')]:\n"
                "            tensors[name].data.mul_(0.5)\n"
                "        settings = parameter_settings("
            ),
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="            settings = parameter_settings(",
            after=(
                "            for name in [n for n in tensors if 'head.' in n and hasattr(self, '_optimizer')]:\n"
                "                tensors[name].assign(tensors[name] * 0.5)\n"
                "            settings = parameter_settings("
            ),
        ),
    ),
    *in_shared_code(
        name="stops-late",
        wrong="A phase waits for an epoch more than the patience has.",
        spec="head",
        shown_by="stopping",
        place=Place(_STOPPING, before="self.state.waited < rule.patience", after="self.state.waited <= rule.patience"),
    ),
    *in_shared_code(
        name="best-left-out",
        wrong="A phase ends with its last weights, and says so, where it should end with those of its best epoch.",
        spec="head",
        shown_by="stopping",
        place=Place(_LOOP, before="if monitor.restores_best and", after="if False and"),
    ),
    *in_both(
        name="resumed-without-average",
        wrong="A run is resumed with an average that begins anew.",
        spec="interrupted",
        shown_by="continuity",
        pytorch=Place(_PYTORCH, before=_LOAD_AVERAGE, after="            pass\n"),
        tensorflow=Place(_TENSORFLOW, before=_LOAD_AVERAGE, after="            pass\n"),
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
    *in_shared_code(
        name="backbone-not-written",
        wrong="A checkpoint is written without the backbone that was trained.",
        spec="interrupted",
        shown_by="continuity",
        place=Place(_CHECKPOINTS, before=_WRITTEN, after="tensors = self._run.engine.state(backbone=False)"),
    ),
    *in_shared_code(
        name="average-not-written",
        wrong="A checkpoint is written without the average of the weights.",
        spec="interrupted",
        shown_by="continuity",
        place=Place(
            _CHECKPOINTS,
            before=_WRITTEN,
            after=(
                "tensors = self._run.engine.state(backbone=True)\n"
                "        tensors = {n: t for n, t in tensors.items() if not n.startswith('ema.')}"
            ),
        ),
    ),
    *in_shared_code(
        name="averages-written",
        wrong="A checkpoint is written while the averages stand in for the weights.",
        spec="interrupted",
        shown_by="continuity",
        place=Place(
            _LOOP,
            before="        self.checkpoints.end_epoch(monitor)\n",
            after="        with run.engine.averaged_weights():\n            self.checkpoints.end_epoch(monitor)\n",
        ),
    ),
    *in_shared_code(
        name="checkpoint-adopts-average",
        wrong="Writing a checkpoint makes the averages the weights.",
        spec="averaged",
        shown_by="continuity",
        place=Place(
            _CHECKPOINTS,
            before="            state, files = self._state(monitor, epoch), []\n",
            after=(
                "            self._run.engine.adopt_average()\n"
                "            state, files = self._state(monitor, epoch), []\n"
            ),
        ),
    ),
]
