"""The protocol of an engine: what the training loop asks of a framework."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from twintune.data.loader import ImagePipeline
from twintune.data.targets import Targets
from twintune.engines.kept_backbone import PlainPasses
from twintune.protocol import Phase

FEWEST_IMAGES_TO_PREPARE = 128
"""The fewest images for which a prefix is prepared; for fewer it runs as it is.

Tracing takes a second or two, which a ResNet50 at 224 pixels makes up for after some 50 images on two cores, and an
EfficientNet-Lite0 after some 150.
"""

StepHandle = Any
"""The outcome of a step, on the device until it is read."""


@dataclass(frozen=True)
class PhaseFacts:
    """The facts of the live model and its step at the start of a phase."""

    trainable_parameters: int
    loss: str
    batch_norm: str
    dropout: str | None = None
    """The layers that draw their own dropout masks; None if there are none."""


@dataclass(frozen=True)
class StepInputs:
    """A batch to train on. The optimiser steps once for a group of batches, mostly of one."""

    inputs: Any
    """The batch's images, or the output for them of the stages before the phase's first one."""
    targets: Targets
    """The batch's targets, of which idiomatic mode uses the labels alone."""
    masks: tuple[np.ndarray, ...]
    """The dropout masks, one for each hidden layer; empty without dropout."""
    learning_rate: float
    """The learning rate of the optimiser step that the batch is part of."""
    divisor: float | None
    """The summed weights of the group's batches, given with its last batch; None for the batches before."""


@dataclass(frozen=True)
class StepOutcome:
    """The outcome of a step, as the step itself computed it on the device."""

    loss: float
    """The batch's loss, divided by the batch's weight."""
    correct: int
    """The number of right answers."""
    images: int
    """The number of images that the batch had when its loss was computed."""
    weight: float
    """The sum of the weights that the loss gave to the batch's images."""
    moved: bool | None = None
    """Whether the optimiser's step changed the bias of the head's last layer; None for a batch without such a step, and
    for an engine that doesn't look."""


class Device(Protocol):
    """The device of one run."""

    def threads(self) -> str:
        """Describes the CPU threads within and between operations, and the processors that they may run on."""
        ...

    def synchronize(self) -> None:
        """Waits until the device has finished its work, so that a time can be read."""
        ...

    def is_deterministic(self) -> bool:
        """Whether only deterministic kernels run."""
        ...

    def start_memory_peak(self) -> None:
        """Begins to measure the peak anew."""
        ...

    def memory_peak(self) -> tuple[int, str]:
        """The peak of the memory in bytes since `start_memory_peak`, and how it was read."""
        ...


class StepParts(Protocol):
    """A phase's training step, whole and cut short: each part includes the part before it."""

    def transfer(self, step: StepInputs) -> Any:
        """Moves a batch to the device, as the other parts take it."""
        ...

    def forward(self, batch: Any) -> object:
        """Computes the loss of a batch in training mode."""
        ...

    def differentiate(self, batch: Any) -> object:
        """Computes the loss and its gradients."""
        ...

    def train(self, batch: Any) -> object:
        """Takes the whole step, which changes the weights."""
        ...


class Prefix(Protocol):
    """The frozen backbone before one of its stages, in inference mode and without gradients."""

    variant: str
    """The way in which the prefix computes: `eager`, `folded` and so on; variants round differently."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes the output of the frozen stages for a batch.

        Args:
            images: Normalised pixels of shape [images, height, width, 3].

        Returns:
            Pooled features of shape [images, features] if all stages are frozen, else activations of shape [images,
            rows, columns, channels]; in the pixels' dtype.
        """
        ...


class Engine(Protocol):
    """One framework's model, built for one run. These methods are what every engine can do.

    Further abilities have protocols of their own, which code asks for with `isinstance`: `FeatureEngine`, and
    `twintune.engines.probe.ProbedEngine`.

    Images are NumPy arrays of shape [images, height, width, 3], features of shape [images, features], labels int64 of
    shape [images]; in idiomatic mode inputs are what the engine's own pipeline yields.
    """

    device: Device
    pipeline: ImagePipeline
    draws_dropout: bool
    """Whether the model's own layers draw their dropout masks; if not, each step is given its masks."""

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes and unfreezes parameters, makes the optimiser and traces the steps anew.

        Args:
            phase: The phase, which says what trains, and how.
            first_stage: Index of the first backbone stage that the phase's steps run. Batches are pixels for 0, pooled
                features for the number of stages, and in between the activations of the stage before. The stages before
                must be frozen, with BatchNorm in inference mode.
        """
        ...

    def train_step(self, step: StepInputs) -> StepHandle:
        """Adds a batch's gradients to its group's, and takes an optimiser step if the batch is the group's last."""
        ...

    def learning_rate(self) -> float:
        """The head's learning rate in the last step, read from the live optimiser."""
        ...

    def describe_optimizer(self) -> str:
        """Describes the live optimiser in one line, with the settings that its last step took."""
        ...

    def describe_replicas(self) -> str:
        """Describes, in one line, the replicas that have trained the phase so far (see `twintune.engines.sharing`).

        Raises:
            TwintuneError: REPLICA_FAILED if their parameters are no longer the same.
        """
        ...

    def averaged_weights(self) -> AbstractContextManager[None]:
        """Puts the weights' moving average into the model within a `with` block; changes nothing if none is kept."""
        ...

    def adopt_average(self) -> None:
        """Replaces the weights by their moving average at a phase's end, if one is kept."""
        ...

    def read_steps(self, handles: Sequence[StepHandle]) -> list[StepOutcome]:
        """Fetches the outcomes of steps, which waits for the device."""
        ...

    def step_parts(self) -> StepParts:
        """The parts of the phase's training step, to be timed; a traced part is traced when it is first called."""
        ...

    def predict(self, inputs: Any) -> np.ndarray:
        """Computes logits, [images, classes], in inference mode, from inputs as in the phase's training steps."""
        ...

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors and buffers, in aligned mode by timm's names and in PyTorch's layout."""
        ...

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`."""
        ...

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """The state of the engine: all that the next step depends on beside its inputs.

        Args:
            backbone: Whether the backbone's tensors are wanted too.

        Returns:
            The tensors of backbone and head, the optimiser's `optimizer.SLOT.TENSOR` and `optimizer.step`, the loss
            scaling's, and the generators of layers that draw, if there are any.
        """
        ...

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads the tensors of a `state` after the phase's start; tensors that are left out stay as they are."""
        ...

    def load_trained(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Makes the engine ready to predict from images, without a phase that trains.

        Args:
            tensors: The tensors of a trained model, as `backbone_tensors` and `head_tensors` name them.
        """
        ...

    def precision(self) -> str:
        """Describes the dtypes of the live variables, on a GPU the meaning of float32, and the scaling of the loss."""
        ...

    def skipped_steps(self) -> int:
        """The number of optimiser steps that loss scaling has skipped, because a gradient wasn't finite in float16."""
        ...

    def placement(self) -> str:
        """The device of the live variables: `cpu`, or `gpu:N` with the device's name."""
        ...


@runtime_checkable
class FeatureEngine(Engine, Protocol):
    """An engine whose backbone can stay as it was built: it can be cut at a stage, run once, and kept for other runs.

    The engines of aligned mode can do that. The listings of idiomatic mode run and train their models as a whole: their
    phases start on pixels, and their backbones count as moved.
    """

    def prefix(self, first_stage: int, images: int) -> Prefix:
        """Cuts off the frozen stages, which give the batches of a phase that starts at a stage.

        Args:
            first_stage: Index of the first stage that the phase's steps run, as in `start_phase`; more than 0.
            images: The number of images that will pass through the prefix, which is prepared only as far as that pays.

        Returns:
            The stages before `first_stage`, with the weights as they are now.
        """
        ...

    @property
    def plain_passes(self) -> PlainPasses:
        """The outputs of the backbone's latest plain passes, of earlier runs too; they go with the backbone."""
        ...

    def keep_backbone(self) -> None:
        """Leaves the backbone to the next run of this process that needs the same one.

        This is the last call to an engine, and allowed only if all phases have left the backbone as it was built.
        """
        ...


class WeightAverage(Protocol):
    """A moving average of the parameters that a phase trains (see each engine's `ema.py`)."""

    def swap(self) -> None:
        """Exchanges the weights and their averages."""
        ...


@contextlib.contextmanager
def standing_in(average: WeightAverage | None) -> Iterator[None]:
    """Puts an average, if there is one, in place of the weights within a `with` block; afterwards they are back."""
    if average is None:
        yield
        return
    average.swap()
    try:
        yield
    finally:
        average.swap()
