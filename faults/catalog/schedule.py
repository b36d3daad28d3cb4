"""Faults of the learning rates from step to step, and of clipping."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.steps"
_TENSORFLOW = "twintune.engines.tensorflow.steps"
_SET_AND_STEP = (
    "        set_learning_rate(self._optimizer, learning_rate)\n"
    "        has_stepped = self._loss_scaling.take_step(self._optimizer)\n"
)
_CLIP = "            clip_grad_norm_(self._parameters.values(), self.clip_norm)\n"
_CLIP_TENSORFLOW = "            gradients = clip_by_global_norm(gradients, self.clip_norm)\n"
_DIVIDE = (
    "        if self.accumulation > 1:\n"
    "            for parameter in self._parameters.values():\n"
    "                parameter.grad.div_(divisor)\n"
)
_CLIP_WHERE_WANTED = f"        if self.clip_norm is not None:\n{_CLIP}"
_SCALED = "return [gradient * coefficient for gradient in gradients]"

FAULTS = [
    Fault(
        name="schedule-off-by-one",
        framework="tensorflow",
        module="twintune.training.epoch",
        before="rate = self._rates[(step - 1) // accumulation]",
        after="rate = self._rates[min(step // accumulation, len(self._rates) - 1)]",
        wrong="Each step takes the rate of the step after it.",
        spec="fine-tune",
        shown_by="schedule",
    ),
    Fault(
        name="schedule-restarted",
        framework="pytorch",
        module="twintune.training.loop",
        before="epoch_rates = rates[position.epoch * steps :][:steps]",
        after="epoch_rates = rates[:steps]",
        wrong="The schedule begins anew with each epoch.",
        spec="fine-tune",
        shown_by="schedule",
    ),
    Fault(
        name="schedule-to-another-end",
        framework="tensorflow",
        module="twintune.training.schedules",
        before="total = phase.epochs * steps_per_epoch",
        after="total = (phase.epochs + 1) * steps_per_epoch",
        wrong="The schedule is made for one epoch too many.",
        spec="fine-tune",
        shown_by="schedule",
    ),
    Fault(
        name="rate-set-after-step",
        framework="pytorch",
        module=_PYTORCH,
        before=_SET_AND_STEP,
        after="".join(reversed(_SET_AND_STEP.splitlines(keepends=True))),
        wrong="The rate of a step is set when the step was taken.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="rate-set-after-step",
        framework="tensorflow",
        module="twintune.engines.tensorflow.optimizer",
        before="        return coefficients\n",
        after=(
            '        earlier, self._earlier = getattr(self, "_earlier", coefficients), coefficients\n'
            "        return earlier\n"
        ),
        wrong="A step takes the rate of the step before it, and is described as taking its own.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    *in_both(
        name="clip-by-value",
        wrong="Gradients are clipped value by value.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH,
            before=_CLIP,
            after="            torch.nn.utils.clip_grad_value_(self._parameters.values(), self.clip_norm)\n",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before=_CLIP_TENSORFLOW,
            after="            gradients = [tf.clip_by_value(g, -self.clip_norm, self.clip_norm) for g in gradients]\n",
        ),
    ),
    *in_both(
        name="clip-by-tensor",
        wrong="Each tensor's gradient is clipped by its own norm.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            _PYTORCH,
            before=_CLIP,
            after="            for parameter in self._parameters.values():\n"
            "                clip_grad_norm_([parameter], self.clip_norm)\n",
        ),
        tensorflow=Place(
            _TENSORFLOW, before=_SCALED, after="return [tf.clip_by_norm(gradient, max_norm) for gradient in gradients]"
        ),
    ),
    *in_both(
        name="clip-lost",
        wrong="Gradients aren't clipped.",
        spec="clipping",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before="        if self.clip_norm is not None:\n", after="        if False:\n"),
        tensorflow=Place(_TENSORFLOW, before="        if self.clip_norm is not None:\n", after="        if False:\n"),
    ),
    *in_both(
        name="clip-before-division",
        wrong="Gradients are clipped before they are divided by the images of the group.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before=_DIVIDE + _CLIP_WHERE_WANTED, after=_CLIP_WHERE_WANTED + _DIVIDE),
        tensorflow=Place(
            _TENSORFLOW,
            before="for total in sums], coefficients)",
            after="for total in clip_by_global_norm(sums, self.clip_norm)], coefficients)",
        ),
    ),
    Fault(
        name="clip-without-addend",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="coefficient = tf.minimum(max_norm / (norm + 1e-6), 1)",
        after="coefficient = tf.minimum(max_norm / norm, 1)",
        wrong="Clipping leaves out the 1e-6 that PyTorch adds to the norm, a relative change below a millionth.",
        spec="accumulation",
        shown_by="verify: optimizer",
    ),
]
