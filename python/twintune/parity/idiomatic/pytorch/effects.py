"""The effects on an idiomatic pair's first batch when torchvision's side takes an ingredient from Keras' side."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn

from twintune.engines.pytorch.batch_norm import batch_norms_of
from twintune.engines.pytorch.idiomatic import DROPPING, IdiomaticEngine
from twintune.engines.pytorch.idiomatic_optimizer import build_idiomatic_optimizer
from twintune.parity.idiomatic.pytorch.swaps import linear_layers
from twintune.protocol import Optimizer

Swap = Callable[[nn.Module], None]
"""A function that changes a copy of the model in place."""


class Effects:
    """The effects of swaps on the first batch, trained as in the listing but without dropout, in float64.

    Each effect is the largest change, as a share of the largest value before it.
    """

    def __init__(self, engine: IdiomaticEngine, optimizer: Optimizer, images: np.ndarray, labels: np.ndarray) -> None:
        """Computes the logits of the batch without a swap.

        Args:
            engine: The engine, whose phase has been started; its model is converted to float64.
            optimizer: The phase's optimiser.
            images: Normalised pixels of shape [images, height, width, 3].
            labels: Class indices, int64 of shape [images].
        """
        self._model = engine.model.double()
        self._device = engine.device.native
        self._head_name = engine.head_name
        self._criterion = engine.criterion
        self._definition = optimizer
        self._images = images
        self._labels = torch.from_numpy(labels).to(self._device)
        for module in self._model.modules():
            if isinstance(module, DROPPING):
                module.eval()
        self._logits = self.logits()

    def logits(self, swap: Swap | None = None, images: np.ndarray | None = None) -> np.ndarray:
        """Logits of shape [images, classes], after a swap or of other images."""
        model = self._swapped(swap)
        with torch.no_grad():
            return model(self._to_device(self._images if images is None else images)).cpu().numpy()

    def on_logits(self, swap: Swap | None = None, images: np.ndarray | None = None) -> float:
        """The effect of a swap, or of other images, on the logits."""
        return moved(self.logits(swap, images), self._logits)

    def head_takes(self, tensors: Mapping[str, np.ndarray]) -> bool:
        """Whether a head's tensors, by the names `head.N.weight` and `head.N.bias`, have the shapes of this one's."""
        own = linear_layers(self._model.get_submodule(self._head_name))
        return [tuple(layer.weight.shape) for layer in own] == [
            tensors[f"head.{index}.weight"].shape for index in range(len(own))
        ]

    def on_loss(self, swap_head: Swap) -> float:
        """The effect of a changed head on the loss of the batch."""
        changed = self.logits(lambda model: swap_head(model.get_submodule(self._head_name)))
        return moved(np.array(self.loss_of(changed)), np.array(self.loss_of(self._logits)))

    def loss_of(self, logits: np.ndarray) -> float:
        """The listing's loss of the batch for the given logits."""
        return float(self._criterion(self._to_device(logits), self._labels))

    def on_statistics(self, swap: Swap) -> float:
        """The effect of a swap on the running statistics after the batch."""
        return moved(self._statistics(swap), self._statistics(None))

    def on_update(self, change: Callable[[torch.optim.Optimizer], None]) -> float:
        """The effect of a changed optimiser on its first update."""
        return moved(self._update(change), self._own_update)

    @functools.cached_property
    def _own_update(self) -> np.ndarray:
        return self._update(lambda optimizer: None)

    def _statistics(self, swap: Swap | None) -> np.ndarray:
        model = self._swapped(swap)
        with torch.no_grad():
            model(self._to_device(self._images))
        buffers = [b for layer in batch_norms_of(model) for b in (layer.running_mean, layer.running_var)]
        return torch.cat([buffer.flatten() for buffer in buffers if buffer is not None]).cpu().numpy()

    def _update(self, change: Callable[[torch.optim.Optimizer], None]) -> np.ndarray:
        model = self._swapped(None)
        self._criterion(model(self._to_device(self._images)), self._labels).backward()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        before = [parameter.detach().clone() for parameter in trained]
        optimizer = build_idiomatic_optimizer(self._definition, trained)
        change(optimizer)
        optimizer.step()
        updates = [(after.detach() - start).flatten() for after, start in zip(trained, before, strict=True)]
        return torch.cat(updates).cpu().numpy()

    def _swapped(self, swap: Swap | None) -> nn.Module:
        model = copy.deepcopy(self._model)
        if swap is not None:
            with torch.no_grad():
                swap(model)
        return model

    def _to_device(self, array: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(array).to(self._device)
        return tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor


def moved(after: np.ndarray, before: np.ndarray) -> float:
    """The largest change as a share of the largest value before it."""
    return float(np.abs(after - before).max() / np.abs(before).max())
