"""Faults of gradient accumulation: sums, divisors, and the last group of an epoch."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.steps"
_TENSORFLOW = "twintune.engines.tensorflow.steps"
_BACKWARD = "        objective.backward()\n        moved ="
_END_IN_PYTORCH = "        moved = None if step.divisor is None else self._end_group("
_END_IN_TENSORFLOW = "            moved = None if step.divisor is None else self._end_group("

FAULTS = [
    *in_both(
        name="sum-for-mean",
        wrong="A group's gradients are summed and not divided.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH, before="                parameter.grad.div_(divisor)\n", after="                pass\n"
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="divisor = scaling.scale * (divisor if self.accumulation > 1 else 1)",
            after="divisor = scaling.scale * 1.0",
        ),
    ),
    *in_both(
        name="short-batch-weighs-as-whole",
        wrong="A short batch of a group weighs as much as a whole one.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH,
            before="self._loss_scaling.scale(loss if self.accumulation == 1 else loss_sum)",
            after="self._loss_scaling.scale(loss if self.accumulation == 1 else loss * 12.0)",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="objective = loss if self.accumulation == 1 else loss_sum",
            after="objective = loss if self.accumulation == 1 else loss * 12.0",
        ),
    ),
    *in_both(
        name="last-group-dropped",
        wrong="The short last group of an epoch isn't trained on.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH,
            before=_END_IN_PYTORCH,
            after="        if step.divisor is not None and step.divisor <= 18:\n"
            "            self._forget_gradients()\n"
            "            set_learning_rate(self._optimizer, step.learning_rate)\n"
            "            return loss, correct, len(step.inputs), targets.coefficients.sum(), None, 1\n"
            f"{_END_IN_PYTORCH}",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_END_IN_TENSORFLOW,
            after="            if step.divisor is not None and step.divisor <= 18:\n"
            "                self._optimizer.skip(step.learning_rate)\n"
            "                self._clear_sums()\n"
            "                loss, correct, weight = outcome\n"
            "                return loss, correct, len(step.inputs), weight, None, 1\n"
            f"{_END_IN_TENSORFLOW}",
        ),
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
    *in_both(
        name="gradients-not-cleared",
        wrong="The gradients of a group stay for the next one.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH,
            before="        self._forget_gradients()\n        if has_stepped and self.average is not None:\n",
            after="        if has_stepped and self.average is not None:\n",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="for total in sums], coefficients)\n        self._clear_sums()\n",
            after="for total in sums], coefficients)\n",
        ),
    ),
    *in_both(
        name="last-batch-of-group-alone",
        wrong="The last batch of a group alone gives the step its gradients.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before=_BACKWARD, after=f"        self._forget_gradients()\n{_BACKWARD}"),
        tensorflow=Place(_TENSORFLOW, before="total.assign_add(gradient)", after="total.assign(gradient)"),
    ),
]
