"""The dtypes of a live model, read back from its tensors and from its layers' outputs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import torch
from torch import nn

from twintune.engines.pytorch.batch_norm import evaluating
from twintune.engines.pytorch.model import AlignedModel, dtype_name

# The size of an image for which every backbone's last feature map has at least one pixel.
_PROBE_SIZE = 32


def live_dtypes(model: AlignedModel) -> dict[str, set[str]]:
    """The dtypes of the model's parts: of kept `parameters` and `statistics`, of computed `convolutions` and `head`.

    Autocast leaves no trace on a module, so a black image goes through the model: as in an evaluation, and as in a
    training step, which keeps what the gradients need.
    """
    parameters = model.all_parameters()
    # The projection after pooling is computed as the head is.
    head = [*(model.projection.children() if model.projection else ()), *model.layers]
    convolutions = [m for m in model.backbone.modules() if isinstance(m, nn.Conv2d) and m not in head]
    image = torch.zeros(1, 3, _PROBE_SIZE, _PROBE_SIZE).to(parameters[0])
    with (
        evaluating(model.batch_norms),
        _recorded_outputs(convolutions) as convolved,
        _recorded_outputs(head) as mapped,
    ):
        for mode in (torch.inference_mode, torch.enable_grad):
            with mode():
                model.logits(model.features(image))
    return {
        "parameters": {dtype_name(parameter.dtype) for parameter in parameters},
        "statistics": {dtype_name(b.dtype) for bn in model.batch_norms for b in bn.buffers() if b.is_floating_point()},
        "convolutions": convolved,
        "head": mapped,
    }


@contextlib.contextmanager
def _recorded_outputs(modules: Iterable[nn.Module]) -> Iterator[set[str]]:
    """Records the dtypes of modules' outputs within a `with` block."""
    found: set[str] = set()

    def record(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        found.add(dtype_name(output.dtype))

    hooks = [module.register_forward_hook(record) for module in modules]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
