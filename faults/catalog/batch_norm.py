"""Faults of BatchNorm: its mode, its statistics and its constants."""

from __future__ import annotations

from faults.fault import Fault, Place, in_both

_PYTORCH = "twintune.engines.pytorch.batch_norm"
_TENSORFLOW = "twintune.engines.tensorflow.batch_norm"
_FORWARD = (
    "        if not self.training or (x.dtype != torch.float64 and self.sum_within is None):\n"
    "            return super().forward(x)\n"
)

FAULTS = [
    Fault(
        name="frozen-norms-train",
        framework="pytorch",
        module="twintune.engines.pytorch.aligned",
        before="set_batch_norm_mode(self.model.batch_norms, batch_norm_mode_of(phase))",
        after='set_batch_norm_mode(self.model.batch_norms, "train")',
        wrong="BatchNorm layers that should keep their statistics normalise by the batch.",
        spec="fine-tune",
        shown_by="batch norm",
    ),
    Fault(
        name="frozen-norms-train",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="return super().call(inputs, training=False, mask=mask)",
        after="return super().call(inputs, training=True, mask=mask)",
        wrong="BatchNorm layers whose mode says inference normalise by the batch.",
        spec="fine-tune",
        shown_by="first step",
    ),
    *in_both(
        name="variance-biased",
        wrong="The running variance moves by the biased variance of the batch, as Keras' does.",
        spec="accumulation",
        shown_by="replayed steps",
        pytorch=Place(
            "twintune.engines.pytorch.mends",
            before=_FORWARD,
            after="        if self.training and x.dtype != torch.float64:\n"
            "            kept = self.running_var * (1 - self.momentum)\n"
            "            outputs = super().forward(x)\n"
            "            values = x.numel() // x.shape[1]\n"
            "            self.running_var.data.copy_(kept + (self.running_var - kept) * (values - 1) / values)\n"
            "            return outputs\n"
            f"{_FORWARD}",
        ),
        tensorflow=Place(
            _TENSORFLOW,
            before="variance.assign(before + biased * count / (count - 1))",
            after="variance.assign(before + biased)",
        ),
    ),
    Fault(
        name="statistics-stay",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="        variance.assign(before + biased * count / (count - 1))\n",
        after="        variance.assign(before / self.momentum)\n",
        wrong="The running variance doesn't move.",
        spec="accumulation",
        shown_by="replayed steps",
    ),
    Fault(
        name="norm-momentum",
        framework="pytorch",
        module=_PYTORCH,
        before="layer.momentum = momentum",
        after="layer.momentum = 1 - momentum",
        wrong="The momentum of BatchNorm is taken for Keras' momentum.",
        spec="accumulation",
        shown_by="batch norm",
    ),
    Fault(
        name="norm-momentum",
        framework="tensorflow",
        module=_TENSORFLOW,
        before="layer.momentum = 1 - momentum",
        after="layer.momentum = momentum",
        wrong="The momentum of BatchNorm is taken for PyTorch's momentum.",
        spec="accumulation",
        shown_by="batch norm",
    ),
    *in_both(
        name="norm-epsilon",
        wrong="BatchNorm's epsilon is Keras' default.",
        spec="fine-tune",
        shown_by="batch norm",
        pytorch=Place(_PYTORCH, before="layer.eps = epsilon", after="layer.eps = 1e-3"),
        tensorflow=Place(_TENSORFLOW, before="layer.epsilon = epsilon", after="layer.epsilon = 1e-3"),
    ),
    *in_both(
        name="evaluates-in-training-mode",
        wrong="Validation and test normalise by the batch, and move the running statistics.",
        spec="accumulation",
        shown_by="cross-evaluation",
        pytorch=Place(
            "twintune.engines.pytorch.steps",
            before="        with evaluating(model.batch_norms):\n",
            after="        if True:\n",
        ),
        tensorflow=Place(
            "twintune.engines.tensorflow.steps",
            before="        with evaluating(model.batch_norms):\n",
            after="        if True:\n",
        ),
    ),
]
