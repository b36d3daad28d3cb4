"""Faults of SGD and RMSprop, and steps that are left out."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.optimizer"
_RULES = "twintune.engines.tensorflow.update_rules"
_SCALING = "twintune.engines.pytorch.loss_scaling"
_STEP = "        self.step(optimizer)\n"

FAULTS = [
    *in_both(
        name="rate-in-momentum",
        wrong="The momentum buffer holds gradients times the rates of their steps, as Keras' does.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before="        set_learning_rate(self._optimizer, learning_rate)\n",
            after="        set_learning_rate(self._optimizer, 1.0)\n"
            "        for parameter in self._parameters.values():\n"
            "            parameter.grad.mul_(learning_rate)\n",
        ),
        tensorflow=Place(
            _RULES, before="tf.raw_ops.ResourceApplyMomentum(", after="tf.raw_ops.ResourceApplyKerasMomentum("
        ),
    ),
    Fault(
        name="momentum-lost",
        framework="pytorch",
        module=_PYTORCH,
        before="momentum=definition.momentum, nesterov=definition.nesterov, fused=True",
        after="momentum=0.0, fused=True",
        wrong="SGD has no momentum.",
        spec="accumulation",
        shown_by="optimizer",
    ),
    Fault(
        name="nesterov",
        framework="tensorflow",
        module=_RULES,
        before="use_nesterov=self.nesterov,",
        after="use_nesterov=True,",
        wrong="SGD looks ahead by the momentum, which nobody asked for.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="rmsprop-centering-lost",
        framework="pytorch",
        module=_PYTORCH,
        before="centered=definition.centered,",
        after="centered=False,",
        wrong="RMSprop isn't centred.",
        spec="phases",
        shown_by="optimizer",
    ),
    Fault(
        name="rmsprop-centering-lost",
        framework="tensorflow",
        module=_RULES,
        before="variance -= tf.square(mean)",
        after="variance -= 0.0 * tf.square(mean)",
        wrong="RMSprop keeps the mean of the gradients and doesn't use it.",
        spec="phases",
        shown_by="replayed steps",
    ),
    Fault(
        name="rmsprop-epsilon-in-root",
        framework="tensorflow",
        module=_RULES,
        before='(tf.sqrt(variance) + scalars["epsilon"])',
        after='tf.sqrt(variance + scalars["epsilon"])',
        wrong="RMSprop's epsilon is added inside of the root, as Keras does.",
        spec="phases",
        shown_by="replayed steps",
    ),
    Fault(
        name="rmsprop-smoothing",
        framework="tensorflow",
        module=_RULES,
        before='square.assign(scalars["smoothing"] * square + novelty * gradient * gradient)',
        after="square.assign(0.9 * square + 0.1 * gradient * gradient)",
        wrong="RMSprop's smoothing is 0.9, and is described as 0.99.",
        spec="phases",
        shown_by="replayed steps",
    ),
    Fault(
        name="seventh-step-skipped",
        framework="pytorch",
        module=_SCALING,
        before=_STEP,
        after=(
            '        self._calls = getattr(self, "_calls", 0) + 1\n'
            "        if self._calls % 7:\n"
            "            self.step(optimizer)\n"
        ),
        wrong="Every seventh step of the optimiser is left out.",
        spec="fine-tune",
        shown_by="updates",
    ),
    Fault(
        name="seventh-step-skipped",
        framework="tensorflow",
        module=_RULES,
        before="root_correction / (1 - beta1**step)",
        after="root_correction / (1 - beta1**step) * (step % 7 > 0)",
        wrong="Every seventh step of Adam has a size of 0, and is described as having its rate.",
        spec="fine-tune",
        shown_by="updates",
    ),
    *in_both(
        name="one-tensor-left",
        wrong="One of the tensors that train gets no update.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before="        objective.backward()\n        moved =",
            after="        objective.backward()\n"
            "        list(self._parameters.values())[-1].grad = None\n"
            "        moved =",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.optimizer",
            before="            slots = [self.slots[slot][index] for slot in self.rule.slots]\n",
            after="            if index == len(self.variables) - 1:\n"
            "                continue\n"
            "            slots = [self.slots[slot][index] for slot in self.rule.slots]\n",
        ),
    ),
    Fault(
        name="stage-frozen",
        framework="pytorch",
        module="twintune.model.parameter_groups",
        before="return entry.stage_of(name) >= first",
        after="return entry.stage_of(name) > first",
        wrong="The first of the stages that should train is frozen.",
        spec="fine-tune",
        shown_by="optimizer",
    ),
    Fault(
        name="weights-shrink",
        framework="tensorflow",
        module="twintune.engines.tensorflow.ema",
        before="        for name, variable in self._variables.items():\n            self.averages[name].assign_add(",
        after=(
            "        for name, variable in self._variables.items():\n"
            "            variable.assign(variable * 0.999)\n"
            "            self.averages[name].assign_add("
        ),
        wrong="All weights that train shrink by a thousandth after each step.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="frozen-backbone-moved",
        framework="pytorch",
        module="twintune.engines.pytorch.steps",
        before="        has_stepped = self._loss_scaling.take_step(self._optimizer)\n",
        after=(
            "        has_stepped = self._loss_scaling.take_step(self._optimizer)\n"
            "        with torch.no_grad():\n"
            "            for name, tensor in self._model.named_tensors().items():\n"
            '                if name.endswith("conv_pw.weight") and not tensor.requires_grad:\n'
            "                    tensor.mul_(0.999)\n"
        ),
        wrong="Convolutions of the frozen stages shrink by a thousandth after each step.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
]
