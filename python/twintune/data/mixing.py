"""Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019): batches mixed with themselves, once for both frameworks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twintune.seeding import generator

Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels; right and bottom are outside of the box."""


@dataclass(frozen=True)
class Mixing:
    """The mixing of training batches; with both alphas above 0, each batch gets one of the two at random."""

    seed: int
    mixup: float
    """Alpha of the Beta distribution that the share of an image is drawn from; 0 for none."""
    cutmix: float
    """Alpha of the Beta distribution that the remaining share of an image's area is drawn from; 0 for none."""

    @property
    def is_on(self) -> bool:
        """Whether anything is mixed."""
        return self.mixup > 0 or self.cutmix > 0

    def __call__(self, inputs: np.ndarray, targets: np.ndarray, epoch: int, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Mixes each image of a batch with another one of it, all by the same share, drawn by (seed, epoch, step).

        Args:
            inputs: Pixels of shape [images, height, width, 3].
            targets: The shares of the classes in each image, of shape [images, classes].
            epoch: The epoch's number, counted from 0 over all phases.
            step: The batch's number within the epoch, counted from 0.

        Returns:
            Mixed inputs and targets, as new arrays; without mixup and CutMix, the arguments themselves.
        """
        if not self.is_on:
            return inputs, targets
        draw = generator(self.seed, "mixing", epoch, step)
        is_mixup = self.mixup > 0 and (self.cutmix == 0 or draw.random() < 0.5)
        alpha = self.mixup if is_mixup else self.cutmix
        partners, share = draw.permutation(len(inputs)), draw.beta(alpha, alpha)
        if is_mixup:
            return _blend(inputs, partners, share), _blend(targets, partners, share)
        height, width = inputs.shape[1:3]
        box = cut_box((width, height), (int(draw.integers(width)), int(draw.integers(height))), share)
        return _paste(inputs, partners, box), _blend(targets, partners, share_outside(box, (width, height)))

    def describe(self) -> str:
        """Describes the mixing: mixup or CutMix, and their alphas."""
        wanted = [f"{name} {alpha:g}" for name, alpha in (("mixup", self.mixup), ("cutmix", self.cutmix)) if alpha]
        return f"batches: {' or '.join(wanted) or 'not mixed'}"


def cut_box(size: tuple[int, int], center: tuple[int, int], share: float) -> Box:
    """The box that CutMix replaces, of about 1 - share of the area and the image's aspect ratio, clipped at its edges.

    The box is that of `torchvision.transforms.v2.CutMix` and of timm.

    Args:
        size: Width and height of the image in pixels.
        center: The box's middle, left to right and top to bottom.
        share: The share of the area that should stay, 0 to 1.
    """
    half_side = 0.5 * math.sqrt(1.0 - share)
    half_width, half_height = int(half_side * size[0]), int(half_side * size[1])
    return (
        max(0, center[0] - half_width),
        max(0, center[1] - half_height),
        min(size[0], center[0] + half_width),
        min(size[1], center[1] + half_height),
    )


def share_outside(box: Box, size: tuple[int, int]) -> float:
    """The share of an image's area outside of a box, which differs from the drawn share by rounding and clipping."""
    left, top, right, bottom = box
    return 1.0 - (right - left) * (bottom - top) / (size[0] * size[1])


def _blend(values: np.ndarray, partners: np.ndarray, share: float) -> np.ndarray:
    return share * values + (1.0 - share) * values[partners]


def _paste(inputs: np.ndarray, partners: np.ndarray, box: Box) -> np.ndarray:
    left, top, right, bottom = box
    mixed = inputs.copy()
    mixed[:, top:bottom, left:right] = inputs[partners, top:bottom, left:right]
    return mixed
