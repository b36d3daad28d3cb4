"""Faults of the moving average of the weights: its updates, its swaps, and its adoption."""

from __future__ import annotations

from faults.fault import Fault

_PYTORCH = "twintune.engines.pytorch.ema"
_TENSORFLOW = "twintune.engines.tensorflow.ema"
_STEP = "        has_stepped = self._loss_scaling.take_step(self._optimizer)\n"
_AFTER_STEP = "        self._forget_gradients()\n        if has_stepped and self.average is not None:\n"
_UPDATE = "            self.average.update()\n"
_APPLY = "        self._optimizer.apply(gradients, coefficients)\n"
_UPDATE_WHERE_KEPT = "        if self.average is not None:\n            self.average.update()\n"
_ADOPT = "            self._average.adopt()\n"
_STANDING_IN = "return standing_in(self._average)"

FAULTS = [
    Fault(
        name="average-before-step",
        framework="pytorch",
        module="twintune.engines.pytorch.steps",
        before=_STEP + _AFTER_STEP + _UPDATE,
        after=_UPDATE_WHERE_KEPT + _STEP + "        self._forget_gradients()\n",
        wrong="The average is updated before the optimiser's step.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-before-step",
        framework="tensorflow",
        module="twintune.engines.tensorflow.steps",
        before=_APPLY + _UPDATE_WHERE_KEPT,
        after=_UPDATE_WHERE_KEPT + _APPLY,
        wrong="The average is updated before the optimiser's step.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-decay",
        framework="pytorch",
        module=_PYTORCH,
        before="lerp_(parameter, 1 - self.decay)",
        after="lerp_(parameter, 1 - self.decay**2)",
        wrong="The average's decay is 0.81, and is described as 0.9.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-decay",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="(variable - self.averages[name]) * (1 - self.decay)",
        after="(variable - self.averages[name]) * (1 - self.decay**2)",
        wrong="The average's decay is 0.81, and is described as 0.9.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-from-zero",
        framework="pytorch",
        module=_PYTORCH,
        before="name: parameter.detach().clone()",
        after="name: torch.zeros_like(parameter)",
        wrong="The average begins at zero.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-from-zero",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="name: tf.Variable(variable) for",
        after="name: tf.Variable(tf.zeros_like(variable)) for",
        wrong="The average begins at zero.",
        spec="fine-tune",
        shown_by="replayed steps",
    ),
    Fault(
        name="average-not-validated",
        framework="pytorch",
        module="twintune.engines.pytorch.aligned",
        before=_STANDING_IN,
        after="return standing_in(None)",
        wrong="The weights are validated in place of their average.",
        spec="fine-tune",
        shown_by="averages",
    ),
    Fault(
        name="average-not-validated",
        framework="tensorflow",
        module="twintune.engines.tensorflow.aligned",
        before=_STANDING_IN,
        after="return standing_in(None)",
        wrong="The weights are validated in place of their average.",
        spec="fine-tune",
        shown_by="averages",
    ),
    Fault(
        name="average-not-swapped-back",
        framework="pytorch",
        module="twintune.engines.engine",
        before="    finally:\n        average.swap()\n",
        after="    finally:\n        pass\n",
        wrong="Training goes on from the average after each validation, and the weights become the average.",
        spec="fine-tune",
        shown_by="between epochs",
    ),
    Fault(
        name="average-not-swapped-back",
        framework="tensorflow",
        module="twintune.engines.engine",
        before="    finally:\n        average.swap()\n",
        after="    finally:\n        pass\n",
        wrong="Training goes on from the average after each validation, and the weights become the average.",
        spec="fine-tune",
        shown_by="between epochs",
    ),
    Fault(
        name="average-not-adopted",
        framework="pytorch",
        module="twintune.engines.pytorch.aligned",
        before=_ADOPT,
        after="            pass\n",
        wrong="A phase ends with the last weights in place of their average.",
        spec="fine-tune",
        shown_by="averages",
    ),
    Fault(
        name="average-not-adopted",
        framework="tensorflow",
        module="twintune.engines.tensorflow.aligned",
        before=_ADOPT,
        after="            pass\n",
        wrong="A phase ends with the last weights in place of their average.",
        spec="fine-tune",
        shown_by="averages",
    ),
]
