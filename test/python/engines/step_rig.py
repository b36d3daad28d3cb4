"""Runs both engines' training steps on the same made-up batches, in float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from conftest import PHASE
from twintune.engine import Engine, StepInputs
from twintune.engines import create_engine
from twintune.head import dropout_masks
from twintune.protocol import Phase, RunRequest
from twintune.seeding import generator
from twintune.targets import TargetEncoder, one_hot

CLASSES = 3
SIZE = 33


@dataclass
class Outcome:
    """What a framework's steps came to."""

    losses: list[float] = field(default_factory=list)
    before: dict[str, np.ndarray] = field(default_factory=dict)
    after: dict[str, np.ndarray] = field(default_factory=dict)
    validated: np.ndarray = field(default_factory=lambda: np.empty(0))
    """Logits of the validation within the phase."""


def phase_of(**changes) -> Phase:
    """A phase of the shared one's fields, with some of them changed."""
    return msgspec.convert({**PHASE, **changes}, Phase)


def take_steps(
    request: RunRequest, phases: Sequence[Phase], batches: Sequence[int], rates: Sequence[float] | None = None
) -> Outcome:
    """Trains through the phases, with a batch of each size in each of them.

    Args:
        request: Gives the framework and what the whole training has in common.
        phases: One after the other.
        batches: Images in each batch of a phase.
        rates: The learning rate of each optimiser step of a phase; the optimiser's own without.
    """
    engine = create_engine(request, CLASSES)
    encoder = TargetEncoder(np.array([0] * 6 + [1] * 3 + [2]), CLASSES, request.training)
    outcome = Outcome(before=_copied(engine))
    for phase in phases:
        engine.start_phase(phase, from_features=False)
        _train_phase(
            engine, request, encoder, batches, rates or [phase.optimizer.learning_rate] * len(batches), outcome
        )
        with engine.averaged_weights():
            outcome.validated = engine.predict(_images(0, 4))
        engine.adopt_average()
    outcome.after = _copied(engine)
    return outcome


def _train_phase(
    engine: Engine,
    request: RunRequest,
    encoder: TargetEncoder,
    batches: Sequence[int],
    rates: Sequence[float],
    outcome: Outcome,
) -> None:
    accumulation = request.training.gradient_accumulation
    weight = 0.0
    for index, images in enumerate(batches):
        labels = generator(5, "labels", index).integers(0, CLASSES, images)
        targets = encoder.encode(one_hot(labels, CLASSES))
        weight += targets.weight
        ends_group = (index + 1) % accumulation == 0 or index + 1 == len(batches)
        handle = engine.train_step(
            StepInputs(
                inputs=_images(index, images),
                labels=targets.labels,
                targets=targets.coefficients,
                weight=targets.weight,
                masks=dropout_masks(request.model.head, images, 0, index, "float64"),
                learning_rate=rates[index // accumulation],
                divisor=weight if ends_group else None,
            )
        )
        weight = 0.0 if ends_group else weight
        outcome.losses += [step.loss for step in engine.read_steps([handle])]


def _images(index: int, images: int) -> np.ndarray:
    return generator(5, "images", index).normal(size=(images, SIZE, SIZE, 3))


def _copied(engine: Engine) -> dict[str, np.ndarray]:
    tensors = {**engine.backbone_tensors(), **engine.head_tensors()}
    return {name: np.array(tensor) for name, tensor in tensors.items()}
