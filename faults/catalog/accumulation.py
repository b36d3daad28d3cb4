"""Faults of gradient accumulation: sums, divisors, and the last group of an epoch."""

from __future__ import annotations

from faults.fault import Fault

_PYTORCH = "twintune.engines.pytorch.steps"
_TENSORFLOW = "twintune.engines.tensorflow.steps"
_BACKWARD = "        objective.backward()\n        moved ="
_END_IN_PYTORCH = "        moved = None if step.divisor is None else self._end_group("
_END_IN_TENSORFLOW = "            moved = None if step.divisor is None else self._end_group("

FAULTS = [
    Fault(
        name="sum-for-mean",
        framework="pytorch",
        module=_PYTORCH,
        before="                parameter.grad.div_(divisor)\n",
        after="                pass\n",
        wrong="A group's gradients are summed and not divided.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="sum-for-mean",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="divisor = scaling.scale * (divisor if self.accumulation > 1 else 1)",
        after="divisor = scaling.scale * 1.0",
        wrong="A group's gradients are summed and not divided.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="short-batch-weighs-as-whole",
        framework="pytorch",
        module=_PYTORCH,
        before="self._loss_scaling.scale(loss if self.accumulation == 1 else loss_sum)",
        after="self._loss_scaling.scale(loss if self.accumulation == 1 else loss * 9.0)",
        wrong="A short batch of a group weighs as much as a whole one.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="short-batch-weighs-as-whole",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="objective = loss if self.accumulation == 1 else loss_sum",
        after="objective = loss if self.accumulation == 1 else loss * 9.0",
        wrong="A short batch of a group weighs as much as a whole one.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="last-group-dropped",
        framework="pytorch",
        module=_PYTORCH,
        before=_END_IN_PYTORCH,
        after=(
            "        if step.divisor is not None and step.divisor <= 10:\n"
            "            self._forget_gradients()\n"
            "            set_learning_rate(self._optimizer, step.learning_rate)\n"
            "            return loss, correct, len(step.inputs), targets.coefficients.sum(), None\n"
            f"{_END_IN_PYTORCH}"
        ),
        wrong="The short last group of an epoch isn't trained on.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="last-group-dropped",
        framework="tensorflow",
        module=_TENSORFLOW,
        before=_END_IN_TENSORFLOW,
        after=(
            "            if step.divisor is not None and step.divisor <= 10:\n"
            "                self._optimizer.skip(step.learning_rate)\n"
            "                self._clear_sums()\n"
            "                return loss, correct, images, weight, None\n"
            f"{_END_IN_TENSORFLOW}"
        ),
        wrong="The short last group of an epoch isn't trained on.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="last-group-into-next-epoch",
        framework="tensorflow",
        module="twintune.training.epoch",
        before="ends_group = step % accumulation == 0 or step == run.batches",
        after="ends_group = step % accumulation == 0",
        wrong="The gradients of the short last group go into the first step of the next epoch.",
        spec="accumulation",
        shown_by="epochs",
    ),
    Fault(
        name="gradients-not-cleared",
        framework="pytorch",
        module=_PYTORCH,
        before="        self._forget_gradients()\n        if has_stepped and self.average is not None:\n",
        after="        if has_stepped and self.average is not None:\n",
        wrong="The gradients of a group stay for the next one.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="gradients-not-cleared",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="for total in self._sums], coefficients)\n        self._clear_sums()\n",
        after="for total in self._sums], coefficients)\n",
        wrong="The gradients of a group stay for the next one.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="last-batch-of-group-alone",
        framework="pytorch",
        module=_PYTORCH,
        before=_BACKWARD,
        after=f"        self._forget_gradients()\n{_BACKWARD}",
        wrong="The last batch of a group alone gives the step its gradients.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="last-batch-of-group-alone",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="total.assign_add(gradient)",
        after="total.assign(gradient)",
        wrong="The last batch of a group alone gives the step its gradients.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
]
