"""Batches of pixels, read and decoded by threads, in an order that doesn't depend on the threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, cast

import numpy as np
from PIL import Image

from twintune.backbones import Preprocessing
from twintune.data.augmentation import is_augmented
from twintune.data.augmentation.pipeline import AugmentationPipeline, build_pipeline
from twintune.data.dataset import Split
from twintune.data.preprocessing import Resizing, normalize, resizing_of
from twintune.data.sampling import copies_of, epoch_order
from twintune.protocol import Augmentation, ModelInput, Resize, RunSeeds, Sampler
from twintune.seeding import generator
from twintune.system.cpu import available_cores


@dataclass(frozen=True)
class Batch:
    """A batch of images; `inputs` are the engine's, of shape [images, height, width, 3] before any transposing."""

    inputs: Any
    labels: np.ndarray
    positions: np.ndarray
    """The images' positions in the split."""

    def __len__(self) -> int:
        return len(self.labels)


class InputPipeline(Protocol):
    """The source of the training loop's batches: the shared loader, or in idiomatic mode the framework's own."""

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch, shuffled by (seed, epoch).

        Args:
            split: The training images.
            epoch: The epoch's number, counted from 0 over all phases.
            start_step: The number of the epoch's batches that are passed over without being read; the following ones
                are the same as in the whole epoch.
        """
        ...

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches in the split's own order."""
        ...


class ImagePipeline(InputPipeline, Protocol):
    """An input pipeline of images."""

    def describe_augmentation(self) -> str:
        """Describes the changes to a training image, in order, with the settings."""
        ...

    def describe_input(self) -> ModelInput:
        """Describes the way from a decoded image to the numbers that the network sees in an evaluation."""
        ...


@dataclass(frozen=True)
class SharedLoader:
    """The NumPy batches that both frameworks get in aligned mode. Only training images are augmented."""

    seeds: RunSeeds
    batch_size: int
    image_size: int
    preprocessing: Preprocessing
    dtype: str
    augmentation: Augmentation
    resize: Resize
    sampler: Sampler

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from `start_step` on; the last one may be short."""
        order = epoch_order(self.sampler, split.labels, self.seeds.order, epoch)
        copies = copies_of(order)[start_step * self.batch_size :]
        rest = order[start_step * self.batch_size :]
        return self._batches(split, rest, lambda at: self.training_view(split, int(rest[at]), epoch, int(copies[at])))

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches in order; the last one may be short."""
        whole = np.arange(len(split))
        return self._batches(split, whole, lambda at: self.evaluation_view(split, int(at)))

    def view_batches(self, split: Split, view: int) -> Iterator[Batch]:
        """All batches in order, of the augmented view of that number; the last one may be short."""
        whole = np.arange(len(split))
        return self._batches(split, whole, lambda at: self.training_view(split, int(at), view))

    def training_view(self, split: Split, position: int, epoch: int, copy: int = 0) -> np.ndarray:
        """One image as the network sees it in a training epoch, shape [height, width, 3].

        The augmentation is drawn by (seed, epoch, the image's identity): neither the threads nor other images change
        it. An image that an epoch draws again is augmented anew, by the number of times it was drawn before
        (`copy`). If the number of views is fixed, the epochs take them in turn, and the view's number takes the place
        of both.
        """
        if not is_augmented(self.augmentation):
            return self.evaluation_view(split, position)
        view = epoch if self.augmentation.views is None else epoch % self.augmentation.views
        again = (copy,) if copy > 0 and self.augmentation.views is None else ()
        draw = generator(self.seeds.augmentation, "augmentation", view, split.identity(position), *again)
        # All augmentations but a crop begin with the plain resizing, which leaves an image of that size as it is.
        crops = self.augmentation.random_resized_crop is not None
        return self._augment(split.open(position) if crops else self._resized(split, position), draw)

    def evaluation_view(self, split: Split, position: int) -> np.ndarray:
        """One image as the network sees it in an evaluation, shape [height, width, 3]."""
        return normalize(np.asarray(self._resized(split, position)), self.preprocessing, self.dtype)

    def describe_augmentation(self) -> str:
        """Describes the changes to a training image, in order, with the settings."""
        views = self.augmentation.views
        return self._augment.describe() + ("" if views is None else f", {views} views in turn")

    def describe_input(self) -> ModelInput:
        """Describes the way from a decoded image to the numbers that the network sees in an evaluation."""
        return ModelInput(
            size=self.image_size,
            resize=self.resize,
            crop_fraction=self._resizing.crop_fraction,
            library="Pillow",
            interpolation=self.preprocessing.interpolation,
            antialias=True,
            channels="RGB",
            mean=self.preprocessing.mean,
            std=self.preprocessing.std,
        )

    def _resized(self, split: Split, position: int) -> Image.Image:
        return split.open_resized(position, self._resizing)

    @cached_property
    def _resizing(self) -> Resizing:
        return resizing_of(self.resize, self.image_size, self.preprocessing)

    @cached_property
    def _augment(self) -> AugmentationPipeline:
        return build_pipeline(self.augmentation, self._resizing, self.preprocessing, self.dtype)

    def _batches(self, split: Split, positions: np.ndarray, load: Callable[[np.int64], np.ndarray]) -> Iterator[Batch]:
        labels = split.labels
        start = 0
        for images in _in_threads(len(positions), load, self.batch_size):
            chosen = positions[start : start + len(images)]
            start += len(images)
            yield Batch(images, labels[chosen], chosen)


def _in_threads(count: int, load: Callable[[np.int64], np.ndarray], batch_size: int) -> Iterator[np.ndarray]:
    import grain

    threads = available_cores()
    options = grain.ReadOptions(num_threads=threads, prefetch_buffer_size=2 * batch_size)
    return iter(
        grain.MapDataset.source(cast(Any, np.arange(count))).map(load).to_iter_dataset(options).batch(batch_size)
    )
