"""Groups of the batches of one optimiser step, for code that trains a few steps outside of the training loop."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from twintune.data.loader import Batch
from twintune.data.targets import TargetEncoder
from twintune.engines.engine import Engine, StepInputs, StepOutcome
from twintune.protocol import RunRequest
from twintune.training.masks import masks_of_step

MixedBatch = tuple[Batch, np.ndarray]
"""A batch and the shares of the classes in each of its images, an array of shape [images, classes]."""

Group = list[MixedBatch]
"""The batches of one optimiser step."""


class GroupTrainer:
    """A function object that takes one optimiser step on a group of batches."""

    def __init__(self, engine: Engine, run: RunRequest, targets: TargetEncoder, steps_done: int = 0) -> None:
        """Makes the function object.

        Args:
            engine: An engine whose phase has started.
            run: The run's request.
            targets: The encoder of the run's targets.
            steps_done: The number of batches that were trained on before, over all phases.
        """
        self._engine = engine
        self._run = run
        self._targets = targets
        self._batches = steps_done

    def __call__(self, group: Group, learning_rate: float) -> float:
        """Takes the step, and returns the mean loss of the group's images before it."""
        outcomes = self.outcomes(group, learning_rate)
        weights = [self._targets.encode(shares).weight for _, shares in group]
        return sum(weight * outcome.loss for weight, outcome in zip(weights, outcomes, strict=True)) / sum(weights)

    def outcomes(self, group: Group, learning_rate: float) -> list[StepOutcome]:
        """Takes the step, and returns the outcome of each batch."""
        outcomes, weight = [], 0.0
        for left, (batch, shares) in zip(range(len(group) - 1, -1, -1), group, strict=True):
            targets = self._targets.encode(shares)
            weight += targets.weight
            step = StepInputs(
                inputs=batch.inputs,
                targets=targets,
                masks=masks_of_step(self._engine, self._run, len(batch), self._batches),
                learning_rate=learning_rate,
                divisor=None if left else weight,
            )
            (outcome,) = self._engine.read_steps([self._engine.train_step(step)])
            outcomes.append(outcome)
            self._batches += 1
        return outcomes


def endless_groups(training_batches: Callable[[int], Iterable[MixedBatch]], accumulation: int) -> Iterator[Group]:
    """The batches of each optimiser step, epoch after epoch; an epoch's last group may be incomplete.

    Args:
        training_batches: A function that returns the batches of an epoch, counted from 0.
        accumulation: The number of batches to an optimiser step, at least 1.
    """
    for epoch in itertools.count():
        batches = iter(training_batches(epoch))
        while group := list(itertools.islice(batches, accumulation)):
            yield group
