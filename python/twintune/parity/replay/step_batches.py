"""The batches of a step of the other framework, given to this engine the plain way.

The images are decoded by the loader and pass the frozen stages as they are, neither folded nor traced nor cached. So a
step on features that were not the images' own is found out. Only some images of a batch of features pass the frozen
stages, and the step is taken on the features that the judged run had: where training images are few, a pass of all
would cost as much as the judged run's own pass.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twintune.data.mixing import Mixing
from twintune.data.targets import one_hot
from twintune.engines.engine import FeatureEngine
from twintune.model.tolerances import relative_difference
from twintune.record.kept_steps import KeptStep
from twintune.seeding import generator
from twintune.training.context import RunContext
from twintune.training.groups import Group

_CHECKED_IMAGES = 8
"""The most images of a batch of features that pass the frozen stages again, the first and the last one among them."""

Move = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class PlainBatches:
    """The batches of a step before mixing."""

    group: Group
    difference: float | None
    """The largest difference of the judged run's features from the images' own; None where no sample was compared."""


class StepBatches:
    """The batches of the judged run's steps, as this engine's own pipeline gives them."""

    def __init__(self, run: RunContext) -> None:
        """Takes a run of this engine whose data and model are prepared."""
        assert isinstance(run.engine, FeatureEngine)
        self._run, self._engine = run, run.engine
        augmentation = run.request.augmentation
        self._mixing = Mixing(run.request.seeds.augmentation, augmentation.mixup, augmentation.cutmix)

    def plain(self, step: KeptStep, kept: Sequence[np.ndarray]) -> PlainBatches:
        """The step's batches as they are before mixing.

        Args:
            step: The step.
            kept: The features or activations that the judged run was given, one array for each batch; none for a step
                on pixels, or where the images' own features are wanted.
        """
        run, engine = self._run, self._engine
        prefix = engine.prefix(step.first_stage, images=1) if step.first_stage > 0 else None
        stream = engine.pipeline.training_batches(run.splits.train, step.epochs_done, step.first_batch)
        batches = list(itertools.islice(stream, step.batches))
        # A mixed image's features are those of two images, one of which may not be in the sample.
        is_sampled = [len(inputs) for inputs in kept] == [len(batch) for batch in batches] and not self._mixing.is_on
        group: Group = []
        differences: list[float] = []
        for number, batch in enumerate(batches):
            if prefix is None:
                inputs = batch.inputs
            elif is_sampled:
                inputs, rows = kept[number], _sample(len(batch), step.steps_done + number)
                differences.append(relative_difference(inputs[rows], prefix(batch.inputs[rows])))
            else:
                inputs = prefix(batch.inputs)
            group.append((dataclasses.replace(batch, inputs=inputs), one_hot(batch.labels, len(run.splits.classes))))
        return PlainBatches(group, max(differences, default=None))

    def mixed(self, step: KeptStep, plain: Group, move: Move) -> Group:
        """Mixes the step's batches as the step did, on the inputs that `move` returns."""
        mixed: Group = []
        for number, (batch, shares) in enumerate(plain, start=step.first_batch):
            inputs, shares = self._mixing(move(batch.inputs), shares, step.epochs_done, number)
            mixed.append((dataclasses.replace(batch, inputs=inputs), shares))
        return mixed


def compare_inputs(theirs: Sequence[np.ndarray], ours: Sequence[np.ndarray]) -> float | None:
    """The largest difference of the inputs of two steps, batch by batch; None where the first ones were not kept."""
    if not theirs:
        return None
    return max(relative_difference(one, other) for one, other in zip(theirs, ours, strict=True))


def _sample(images: int, batch: int) -> np.ndarray:
    """Draws positions of a batch's images by the batch's number in the run, the first and last position among them."""
    draw = generator(batch, "replay", "sample")
    between = draw.permutation(np.arange(1, images - 1))[: _CHECKED_IMAGES - 2]
    return np.unique([0, *between, images - 1])
