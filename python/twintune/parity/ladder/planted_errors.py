"""Errors that are planted in the backward pass, to see how small an error the gradients show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import torch

from twintune.backbones import find_backbone
from twintune.engines.engine import Engine
from twintune.engines.pytorch.aligned import AlignedEngine
from twintune.protocol import RunRequest
from twintune.seeding import generator

_ERROR = 1e-6
"""Far above the rounding of float64, and so small that gradients change in proportion to it."""

Gradients = dict[str, np.ndarray]


class BackwardError:
    """A forward hook that moves each value of the gradient of a module's output by a share of itself, up or down.

    An error of one sign would not cancel in sums, and be seen sooner. All passes have the same signs.
    """

    def __init__(self, share: float, draw: np.random.Generator) -> None:
        """Takes the error's size and the draw of its signs."""
        self._share, self._draw = share, draw
        self._signs: torch.Tensor | None = None
        self.is_passed = False
        """Whether a gradient has passed the module."""

    def __call__(self, module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        """Waits for the gradient of the output, if the module's output has one."""
        if output.requires_grad:
            output.register_hook(self._change)

    def _change(self, gradient: torch.Tensor) -> torch.Tensor:
        self.is_passed = True
        if self._signs is None:
            self._signs = torch.from_numpy(self._draw.choice((-1.0, 1.0), gradient.shape)).to(gradient)
        return gradient * (1 + self._share * self._signs)


def changes_by_stage(
    engine: Engine, request: RunRequest, plain: Gradients, compute: Callable[[], Gradients]
) -> Iterator[tuple[str, np.ndarray]]:
    """Finds how far an error in the gradient that enters a stage moves the gradients of all tensors.

    Args:
        engine: PyTorch's aligned engine, whose phase was started.
        request: The request that the engine was built for.
        plain: The gradients without an error.
        compute: A function that computes the same gradients again, from the same state.

    Yields:
        A stage that gradients pass, and for each tensor of `plain` the largest change of a value of its gradient,
        divided by the error; an array of shape [tensors].
    """
    backbone = cast(AlignedEngine, engine).model.backbone
    for stage in find_backbone(request.model.backbone).stages:
        error = BackwardError(_ERROR, generator(request.seeds.init, "parity", "planted", stage.name))
        hook = backbone.get_submodule(stage.timm_module).register_forward_hook(error)
        try:
            changed = compute()
        finally:
            hook.remove()
        if error.is_passed:
            yield stage.name, np.array([np.abs(changed[name] - plain[name]).max(initial=0) for name in plain]) / _ERROR
