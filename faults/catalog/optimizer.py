"""Faults of the optimisers: rates by group, decay, moments, and the state between steps."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.optimizer"
_TENSORFLOW = "twintune.engines.tensorflow.optimizer"
_RULES = "twintune.engines.tensorflow.update_rules"
_DECAY_OF_GROUP = '"weight_decay": entry.weight_decay}'
_DECAY_OF_VARIABLE = 'variable.assign(variable * scalars["decay"])'
_PYTORCH_KIND = "kind = torch.optim.AdamW if isinstance(definition, AdamW) else torch.optim.Adam"
_EPSILON = 'given["epsilon"] * given["epsilon_correction"]'

FAULTS = [
    *in_both(
        name="rate-scale-lost",
        wrong="The backbone trains at the head's rate.",
        spec="fine-tune",
        shown_by="optimizer",
        pytorch=Place(
            _PYTORCH, before='group["lr"] = learning_rate * group["rate_scale"]', after='group["lr"] = learning_rate'
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="(learning_rate * group.rate_scale, group.weight_decay, *scalars)",
            after="(learning_rate, group.weight_decay, *scalars)",
        ),
    ),
    Fault(
        name="decay-lost",
        framework="pytorch",
        module=_PYTORCH,
        before=_DECAY_OF_GROUP,
        after='"weight_decay": 0.0}',
        wrong="No weight decays.",
        spec="fine-tune",
        shown_by="optimizer",
    ),
    Fault(
        name="decay-lost",
        framework="tensorflow",
        module=_RULES,
        before=_DECAY_OF_VARIABLE,
        after="pass",
        wrong="No weight decays.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="decay-of-norms",
        framework="pytorch",
        module=_PYTORCH,
        before=_DECAY_OF_GROUP,
        after='"weight_decay": max(other.weight_decay for other in settings.values())}',
        wrong="Biases and BatchNorm's scales and shifts decay too.",
        spec="fine-tune",
        shown_by="optimizer",
    ),
    Fault(
        name="decay-of-norms",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="self.rule.update(variable, gradient, slots, scalars, decays=self.decays(row))",
        after=(
            'scalars["decay"] = scalars["decay"] if self.decays(row) else factors["decay"][0]\n'
            "            self.rule.update(variable, gradient, slots, scalars, decays=True)"
        ),
        wrong="Biases and BatchNorm's scales and shifts decay too.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="decay-coupled",
        framework="pytorch",
        module=_PYTORCH,
        before=_PYTORCH_KIND,
        after="kind = torch.optim.Adam",
        wrong="AdamW adds its decay to the gradients.",
        spec="fine-tune",
        shown_by="optimizer",
    ),
    Fault(
        name="decay-coupled",
        framework="tensorflow",
        module=_RULES,
        before=_DECAY_OF_VARIABLE,
        after="gradient += 0.5 * variable",
        wrong="AdamW adds its decay to the gradients.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="decay-decoupled",
        framework="pytorch",
        module=_PYTORCH,
        before=_PYTORCH_KIND,
        after="kind = torch.optim.AdamW",
        wrong="Adam shrinks the weights apart from the gradients.",
        spec="head",
        shown_by="optimizer",
    ),
    Fault(
        name="decay-decoupled",
        framework="tensorflow",
        module=_RULES,
        before='gradient += scalars["decay"] * variable\n',
        after='variable.assign_sub(0.01 * scalars["decay"] * variable)\n',
        wrong="Adam shrinks the weights apart from the gradients.",
        spec="head",
        shown_by="replayed steps",
    ),
    Fault(
        name="adam-epsilon",
        framework="pytorch",
        module=_PYTORCH,
        before="betas=betas, eps=definition.epsilon, fused=True)",
        after="betas=betas, eps=1e-4, fused=True)",
        wrong="Adam's epsilon is 1e-4.",
        spec="head",
        shown_by="optimizer",
    ),
    Fault(
        name="adam-epsilon",
        framework="tensorflow",
        module=_RULES,
        before=_EPSILON,
        after='1e-4 * given["epsilon_correction"]',
        wrong="Adam's epsilon is 1e-4, and is described as 1e-8.",
        spec="head",
        shown_by="replayed steps",
    ),
    Fault(
        name="adam-epsilon-before-correction",
        framework="tensorflow",
        module=_RULES,
        before=_EPSILON,
        after='given["epsilon"]',
        wrong="Adam's epsilon is added before the bias correction, as Keras does.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="adam-beta2",
        framework="pytorch",
        module=_PYTORCH,
        before="betas = (definition.beta1, definition.beta2)",
        after="betas = (definition.beta1, 0.99)",
        wrong="Adam's beta2 is 0.99.",
        spec="head",
        shown_by="optimizer",
    ),
    Fault(
        name="adam-beta2",
        framework="tensorflow",
        module=_RULES,
        before='beta2=scalars["beta2"],',
        after="beta2=0.99,",
        wrong="Adam's beta2 is 0.99, and is described as 0.999.",
        spec="head",
        shown_by="replayed steps",
    ),
    Fault(
        name="bias-correction-lost",
        framework="tensorflow",
        module=_RULES,
        before="root_correction / (1 - beta1**step)",
        after="root_correction",
        wrong="Adam's first moment isn't corrected.",
        spec="head",
        shown_by="replayed steps",
    ),
    Fault(
        name="bias-correction-lost",
        framework="pytorch",
        module="twintune.engines.pytorch.loss_scaling",
        before="        self.step(optimizer)\n",
        after=(
            "        self.step(optimizer)\n"
            "        for state in optimizer.state.values():\n"
            '            state["step"].fill_(1000)\n'
        ),
        wrong="From the second step on, Adam's moments are hardly corrected.",
        spec="head",
        shown_by="replayed steps",
    ),
    *in_both(
        name="state-carried-over",
        wrong="The head's optimiser goes into the second phase with its moments.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.aligned",
            before="        self._optimizer = build_optimizer(phase.optimizer, trained, settings)\n",
            after='        earlier = getattr(self, "_optimizer", None)\n'
            "        self._optimizer = build_optimizer(phase.optimizer, trained, settings)\n"
            "        if earlier is not None:\n"
            "            self._optimizer.state.update(earlier.state)\n",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.aligned",
            before="            self._optimizer = build_optimizer(phase.optimizer, trained, settings)\n",
            after='            earlier = getattr(self, "_optimizer", None)\n'
            "            self._optimizer = build_optimizer(phase.optimizer, trained, settings)\n"
            "            if earlier is not None:\n"
            "                self._optimizer.steps = earlier.steps\n"
            "                for slot, buffers in earlier.slots.items():\n"
            "                    for name, buffer in zip(earlier.names, buffers):\n"
            "                        place = self._optimizer.names.index(name)\n"
            "                        self._optimizer.slots[slot][place].assign(buffer)\n",
        ),
    ),
]
