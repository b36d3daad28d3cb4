"""The result of a run and its facts: the twin of `src/protocol/result.ts` and `src/protocol/facts.ts`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from twintune.protocol.evaluation import EvaluationMetrics
from twintune.protocol.message import Framework, Message


class TrainingMetrics(Message):
    """Top-1 accuracy (0 to 1) and mean cross-entropy (nats) of training batches, each before its own step."""

    accuracy: float
    loss: float


class Seconds(Message):
    """Wall-clock seconds by part (see `src/protocol/result.ts`): `loader` is within `train`.

    `start` and `import` are the worker's and filled in by its parent.
    """

    start: float
    import_: float = msgspec.field(name="import")
    build: float
    data: float
    features: float
    first_step: float
    train: float
    loader: float
    validation: float
    checkpoint: float
    evaluate: float


StepInput = Annotated[str, msgspec.Meta(pattern="^(pixels|features|activations of .+)$")]
"""The input of a phase's steps: `pixels`, or the features or activations that frozen stages made of them once."""

FeatureOrigin = Literal["computed", "cached"]
"""The origin of a phase's features: `computed` if the backbone ran for any of them, `cached` if it ran for none."""


class RestoredWeights(Message):
    """The validation loss of a phase's best epoch, as it was recorded and as it was measured with the restored weights.

    The loss is the mean cross-entropy (nats). `in_one_process` is whether one process measured both; a run that was
    resumed since then has two.
    """

    recorded: float
    measured: float
    in_one_process: bool


class StateCheck(Message):
    """A look at the weights and the optimiser at a moment at which nothing may have changed them."""

    at: str
    changed: str | None


WeightsKind = Literal["of the steps", "averaged", "averaged in part"]
"""The weights that a model has: those that the last step left, their moving average, or some of each."""


class TrainedPhase(Message):
    """A phase as it was trained.

    `steps` are the optimiser's, `skipped_steps` those of them that loss scaling skipped. `weights_of` is the epoch
    whose weights the phase ended with, and `restored` is None if that is the last one, whose weights were there.
    """

    input: StepInput
    features: FeatureOrigin | None
    epochs: int
    steps: int
    skipped_steps: int
    still_steps: int
    kept_steps: int
    weights_of: int
    restored: RestoredWeights | None
    validated_weights: WeightsKind | None
    final_weights: WeightsKind | None
    continuity: list[StateCheck]
    features_difference: float | None


class RoundingTolerances(Message):
    """The shares by which losses and features of two engines of the run's precision may differ by rounding alone."""

    loss: float
    features: float


class EpochImages(Message):
    """The images of an epoch, counted where the engine consumed them (see `src/protocol/facts.ts`)."""

    trained: int
    distinct: int
    weight: float
    loss: float | None
    right: int | None
    validated: int


class Facts(Message):
    """The facts that the engine read back from its live model, optimiser and data (see `src/protocol/facts.ts`)."""

    architecture: str
    parameters: int
    weights: str
    head_init: str
    split: str
    test_set: str
    augmentation: str
    phases: list[TrainedPhase]
    images: list[EpochImages]
    tested: int
    tolerances: RoundingTolerances
    pixels: list[str]
    batch_order: list[str]
    targets: list[str]
    dropout: list[str]
    loss: list[str]
    optimizer: list[str]
    schedule: list[str]
    replicas: list[str]
    batch_norm: list[str]
    precision: str
    device: str
    deterministic: bool
    threads: str


class EpochRecord(Message):
    """One training epoch; `phase` and `epoch` count from 1, `learning_rate` is the last step's."""

    phase: int
    epoch: int
    learning_rate: float
    train: TrainingMetrics
    validation: EvaluationMetrics | None
    seconds: float
    images_per_second: float | None


class StepProfile(Message):
    """Median milliseconds of the parts of a phase's training step (see `src/protocol/result.ts`)."""

    phase: int
    input: StepInput
    steps: int
    transfer: float
    forward: float
    backward: float
    optimizer: float


class RunResult(Message):
    """The result of a finished run."""

    framework: Framework
    seed: int
    status: Literal["finished"]
    failure: None
    test: EvaluationMetrics
    first_step_loss: float
    pixel_digest: str
    weights_digest: str
    model_digest: str
    seconds: Seconds
    images_per_second: float | None
    feature_images_per_second: float | None
    peak_memory_bytes: int
    peak_memory_method: str
    others_cpu_share: float | None
    profile: list[StepProfile]
    epochs: list[EpochRecord]
    classes: list[str]
    facts: Facts
