"""Faults of the moving average of the weights: its updates, its swaps, and its adoption."""

from __future__ import annotations

from faults.fault import Place, in_both, in_shared_code

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
    *in_both(
        name="average-before-step",
        wrong="The average is updated before the optimiser's step.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before=_STEP + _AFTER_STEP + _UPDATE,
            after=_UPDATE_WHERE_KEPT + _STEP + "        self._forget_gradients()\n",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps", before=_APPLY + _UPDATE_WHERE_KEPT, after=_UPDATE_WHERE_KEPT + _APPLY
        ),
    ),
    *in_both(
        name="average-decay",
        wrong="The average's decay is 0.81, and is described as 0.9.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before="lerp_(parameter, 1 - self.decay)", after="lerp_(parameter, 1 - self.decay**2)"),
        tensorflow=Place(
            _TENSORFLOW,
            before="(variable - self.averages[name]) * (1 - self.decay)",
            after="(variable - self.averages[name]) * (1 - self.decay**2)",
        ),
    ),
    *in_both(
        name="average-from-zero",
        wrong="The average begins at zero.",
        spec="fine-tune",
        shown_by="replayed steps",
        pytorch=Place(_PYTORCH, before="name: parameter.detach().clone()", after="name: torch.zeros_like(parameter)"),
        tensorflow=Place(
            _TENSORFLOW,
            before="name: tf.Variable(variable) for",
            after="name: tf.Variable(tf.zeros_like(variable)) for",
        ),
    ),
    *in_both(
        name="average-in-head-alone",
        wrong="A validation has the average of the head and the weights of the backbone.",
        spec="averaged",
        shown_by="averages",
        pytorch=Place(
            _PYTORCH,
            before="            self.averages[name], parameter.data = parameter.data, self.averages[name]\n",
            after=(
                "            if name.startswith('head.'):\n"
                "                self.averages[name], parameter.data = parameter.data, self.averages[name]\n"
            ),
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="            weights = tf.identity(variable)\n",
            after=(
                "            if not name.startswith('head.'):\n"
                "                continue\n"
                "            weights = tf.identity(variable)\n"
            ),
        ),
    ),
    *in_both(
        name="average-not-validated",
        wrong="The weights are validated in place of their average.",
        spec="fine-tune",
        shown_by="averages",
        pytorch=Place("twintune.engines.pytorch.aligned", before=_STANDING_IN, after="return standing_in(None)"),
        tensorflow=Place("twintune.engines.tensorflow.aligned", before=_STANDING_IN, after="return standing_in(None)"),
    ),
    *in_shared_code(
        name="average-not-swapped-back",
        wrong="Training goes on from the average after each validation, and the weights become the average.",
        spec="fine-tune",
        shown_by="continuity",
        place=Place(
            "twintune.engines.engine",
            before="    finally:\n        average.swap()\n",
            after="    finally:\n        pass\n",
        ),
    ),
    *in_both(
        name="average-not-adopted",
        wrong="A phase ends with the last weights in place of their average.",
        spec="fine-tune",
        shown_by="averages",
        pytorch=Place("twintune.engines.pytorch.aligned", before=_ADOPT, after="            pass\n"),
        tensorflow=Place("twintune.engines.tensorflow.aligned", before=_ADOPT, after="            pass\n"),
    ),
    *in_both(
        name="average-moved-as-adopted",
        wrong="A phase ends with the average after one update too many.",
        spec="fine-tune",
        shown_by="averages",
        pytorch=Place(
            "twintune.engines.pytorch.ema",
            before="parameter.copy_(self.averages[name])",
            after="parameter.copy_(self.averages[name].lerp_(parameter, 1 - self.decay))",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.ema",
            before='"""Makes the averages the weights."""',
            after="self.update()",
        ),
    ),
]
