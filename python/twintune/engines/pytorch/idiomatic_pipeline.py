"""The input pipeline of idiomatic mode: a `DataLoader`, as in the document's PyTorch listing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from twintune.data.dataset import Split
from twintune.data.loader import Batch
from twintune.protocol import ModelInput


@dataclass(frozen=True)
class IdiomaticPipeline:
    """A `DataLoader` of Pillow images, with torchvision's transforms and the constants of the model's weights."""

    seed: int
    batch_size: int
    image_size: int
    interpolation: v2.InterpolationMode
    """The interpolation of resizing, which is antialiased."""
    mean: Sequence[float]
    std: Sequence[float]

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, shuffled by the loader; batches before `start_step` are read and passed over."""
        order = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        return itertools.islice(self._batches(split, shuffle=True, generator=order), start_step, None)

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches of a split in its order."""
        return self._batches(split, shuffle=False)

    def chosen_batches(self, split: Split, positions: np.ndarray) -> Iterator[Batch]:
        """The batches of the images at some positions, in the positions' order."""
        return self._batches(split, sampler=positions.tolist())

    def describe_augmentation(self) -> str:
        """Describes the augmentation: the listing has none."""
        return "none"

    def describe_input(self) -> ModelInput:
        """Describes the way from a decoded image to the numbers that the network sees."""
        # torchvision hands a Pillow image's resizing to Pillow, which always antialiases.
        return ModelInput(
            size=self.image_size,
            resize="squash",
            crop_fraction=None,
            library="torchvision",
            interpolation="bicubic" if self.interpolation is v2.InterpolationMode.BICUBIC else "bilinear",
            antialias=True,
            channels="RGB",
            mean=(self.mean[0], self.mean[1], self.mean[2]),
            std=(self.std[0], self.std[1], self.std[2]),
        )

    def transform(self) -> v2.Compose:
        """The transform from a Pillow image to normalised numbers, [3, height, width]."""
        return v2.Compose(
            [
                v2.Resize((self.image_size, self.image_size), self.interpolation),
                v2.ToImage(),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(mean=self.mean, std=self.std),
            ]
        )

    def _batches(self, split: Split, **order) -> Iterator[Batch]:
        loader = DataLoader(_SplitDataset(split, self.transform()), batch_size=self.batch_size, **order)
        for images, labels, positions in loader:
            yield Batch(images, labels.numpy(), positions.numpy())


class _SplitDataset(Dataset):
    def __init__(self, split: Split, transform: v2.Compose) -> None:
        self._split, self._transform, self._labels = split, transform, split.labels

    def __len__(self) -> int:
        return len(self._split)

    def __getitem__(self, position: int) -> tuple[torch.Tensor, int, int]:
        return self._transform(self._split.open(position)), int(self._labels[position]), position
