"""Runs both engines' training steps on the same made-up batches, in float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import pytest
from conftest import PHASE
from twintune.backbones import find_backbone
from twintune.data.targets import TargetEncoder, one_hot
from twintune.engines import create_engine
from twintune.engines.engine import Engine, StepInputs
from twintune.model.head import dropout_masks
from twintune.protocol import Phase, RunRequest
from twintune.seeding import generator

FRAMEWORKS = ["tensorflow", "pytorch"]
# Rounding through a few steps of all layers, in float64; a difference of meaning shows at 1e-5 and more.
BOUND = 1e-10
CLASSES = 3
STAGES = len(find_backbone("resnet18").stages)
SIZE = 33
SGD = {
    "name": "sgd",
    "learningRate": 0.05,
    "momentum": 0.9,
    "nesterov": False,
    "weightDecay": 0.01,
    "decayNormAndBias": False,
}


@dataclass
class Outcome:
    """The results of a framework's steps."""

    losses: list[float] = field(default_factory=list)
    snapshots: list[dict[str, np.ndarray]] = field(default_factory=list)
    """All tensors, before the first phase and after each phase."""
    validated: np.ndarray = field(default_factory=lambda: np.empty(0))
    """The logits at the end of the last phase, of its averaged weights if they are averaged."""

    def moved(self, phase: int = -1) -> set[str]:
        """The tensors that a phase, the last one by default, has changed in any bit."""
        before, after = self.snapshots[phase - 1], self.snapshots[phase]
        return {name for name, tensor in before.items() if not np.array_equal(tensor, after[name])}


def phase_of(**changes) -> Phase:
    """A phase of the shared one's fields, with some of them changed."""
    return msgspec.convert({**PHASE, **changes}, Phase)


def take_steps(
    request: RunRequest, phases: Sequence[Phase], batches: Sequence[int], rates: Sequence[float] | None = None
) -> Outcome:
    """Trains through the phases, with a batch of each size in each of them.

    Args:
        request: The request, which gives the framework and the settings of the whole training.
        phases: One after the other.
        batches: Images in each batch of a phase.
        rates: The learning rate of each optimiser step of a phase; the optimiser's own without.
    """
    engine = create_engine(request, CLASSES)
    encoder = TargetEncoder(np.array([0] * 6 + [1] * 3 + [2]), CLASSES, request.training)
    outcome = Outcome(snapshots=[tensors_of(engine)])
    for phase in phases:
        engine.start_phase(phase, first_stage=0)
        own_rates = [phase.optimizer.learning_rate] * len(batches)
        outcome.losses += _train_phase(engine, request, encoder, batches, rates or own_rates)
        with engine.averaged_weights():
            outcome.validated = engine.predict(images_of(0, 4))
        engine.adopt_average()
        outcome.snapshots.append(tensors_of(engine))
    return outcome


def assert_equal(ours: Outcome, theirs: Outcome) -> None:
    """Losses, logits and every tensor agree, and what one side left alone the other did too, bit for bit."""
    assert ours.losses == pytest.approx(theirs.losses, rel=BOUND)
    assert np.abs(ours.validated - theirs.validated).max() < BOUND
    assert ours.moved() == theirs.moved()
    for name, expected in theirs.snapshots[-1].items():
        change = np.abs(expected - theirs.snapshots[0][name]).max()
        assert np.abs(ours.snapshots[-1][name] - expected).max() <= BOUND * max(1.0, change), name


def images_of(index: int, images: int) -> np.ndarray:
    """Made-up pixels of a batch."""
    return generator(5, "images", index).normal(size=(images, SIZE, SIZE, 3))


def tensors_of(engine: Engine) -> dict[str, np.ndarray]:
    """Copies of all tensors of the model."""
    tensors = {**engine.backbone_tensors(), **engine.head_tensors()}
    return {name: np.array(tensor) for name, tensor in tensors.items()}


def _train_phase(
    engine: Engine, request: RunRequest, encoder: TargetEncoder, batches: Sequence[int], rates: Sequence[float]
) -> list[float]:
    """The loss of each batch."""
    accumulation, weight, losses = request.training.gradient_accumulation, 0.0, []
    for index, images in enumerate(batches):
        labels = generator(5, "labels", index).integers(0, CLASSES, images)
        targets = encoder.encode(one_hot(labels, CLASSES))
        weight += targets.weight
        ends_group = (index + 1) % accumulation == 0 or index + 1 == len(batches)
        handle = engine.train_step(
            StepInputs(
                inputs=images_of(index, images),
                targets=targets,
                masks=dropout_masks(request.model.head, images, 0, index, "float64"),
                learning_rate=rates[index // accumulation],
                divisor=weight if ends_group else None,
            )
        )
        weight = 0.0 if ends_group else weight
        losses += [step.loss for step in engine.read_steps([handle])]
    return losses
