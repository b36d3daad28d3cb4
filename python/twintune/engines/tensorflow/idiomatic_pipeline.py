"""The input pipeline of idiomatic mode: `tf.data`, as in the document's TensorFlow listing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from twintune.data.dataset import Split
from twintune.data.loader import Batch
from twintune.errors import TwintuneError
from twintune.protocol import ModelInput


@dataclass(frozen=True)
class IdiomaticPipeline:
    """A `tf.data` pipeline: Pillow images, TensorFlow's resizing (bilinear, not antialiased), `preprocess_input`."""

    seed: int
    batch_size: int
    image_size: int
    preprocess: Callable[[tf.Tensor], tf.Tensor]

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from `start_step` on, shuffled by tf.data over the whole split."""
        positions = tf.data.Dataset.range(len(split)).shuffle(len(split), seed=self.seed * 1_000_003 + epoch)
        return self._batches(split, positions.skip(start_step * self.batch_size))

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """All batches of a split in its order."""
        return self._batches(split, tf.data.Dataset.range(len(split)))

    def chosen_batches(self, split: Split, positions: np.ndarray) -> Iterator[Batch]:
        """The batches of the images at some positions, in the positions' order."""
        return self._batches(split, tf.data.Dataset.from_tensor_slices(positions))

    def describe_augmentation(self) -> str:
        """Describes the augmentation: the listing has none."""
        return "none"

    def describe_input(self) -> ModelInput:
        """Describes the way from a decoded image to the numbers that the network sees, read from `preprocess_input`.

        It is linear in each channel, so that black and the three colours tell all of it.
        """
        probes = tf.constant([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], tf.float64)
        black, red, green, blue = self.preprocess(probes[:, None, None, :]).numpy()[:, 0, 0]
        is_rgb = red[0] != black[0]
        of_channels = (red[0], green[1], blue[2]) if is_rgb else (blue[0], green[1], red[2])
        std = [1 / (value - offset) for value, offset in zip(of_channels, black, strict=True)]
        mean = [-offset * deviation for offset, deviation in zip(black, std, strict=True)]
        return ModelInput(
            size=self.image_size,
            resize="squash",
            crop_fraction=None,
            library="TensorFlow",
            interpolation="bilinear",
            antialias=False,
            channels="RGB" if is_rgb else "BGR",
            mean=(float(mean[0]), float(mean[1]), float(mean[2])),
            std=(float(std[0]), float(std[1]), float(std[2])),
        )

    def _batches(self, split: Split, positions: tf.data.Dataset) -> Iterator[Batch]:
        labels = tf.constant(split.labels)

        def load(position):
            image = tf.numpy_function(lambda at: np.asarray(split.open(int(at))), [position], tf.uint8)
            image.set_shape([None, None, 3])
            image = tf.image.resize(image, (self.image_size, self.image_size))
            return self.preprocess(image), labels[position], position

        dataset = positions.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(self.batch_size)
        try:
            for images, targets, chosen in dataset.prefetch(tf.data.AUTOTUNE):
                yield Batch(images, targets.numpy(), chosen.numpy())
        except tf.errors.OpError as error:
            raise _named(split, error) from error


def _named(split: Split, error: Exception) -> Exception:
    """Finds the image that could not be decoded, one by one: tf.data has only the text of the loader's exception."""
    for position in range(len(split)):
        try:
            split.open(position)
        except TwintuneError as unreadable:
            return unreadable
    return error
