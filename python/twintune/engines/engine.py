"""What the training loop asks of a framework."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from twintune.data.loader import ImagePipeline
from twintune.data.targets import Targets
from twintune.protocol import Phase

FEWEST_IMAGES_TO_PREPARE = 128
"""A prefix of fewer images runs as it is. To trace it costs a second or two, which a ResNet50 at 224 pixels has back
after some 50 images on two cores and an EfficientNet-Lite0 after some 150."""

StepHandle = Any
"""Loss and number of right answers of a step, on the device until they are read."""


@dataclass(frozen=True)
class PhaseFacts:
    """What the live model and optimiser hold at the start of a phase."""

    trainable_parameters: int
    loss: str
    optimizer: str
    batch_norm: str
    dropout: str | None = None
    """What layers drop that draw for themselves; None where there are none."""


@dataclass(frozen=True)
class StepInputs:
    """A batch to train on. The optimiser steps once for a group of batches, mostly of one."""

    inputs: Any
    """Images, or what the stages before the phase's first one gave."""
    targets: Targets
    """What the batch is trained towards; in idiomatic mode its labels are all of it."""
    masks: tuple[np.ndarray, ...]
    """Dropout masks, one a hidden layer; none without dropout."""
    learning_rate: float
    """Of the optimiser step that the batch is part of."""
    divisor: float | None
    """In the last batch of a group the summed weights of its batches; None in those before."""


@dataclass(frozen=True)
class StepOutcome:
    """Loss of a step's batch, divided by its weight, and its right answers."""

    loss: float
    correct: int


class Device(Protocol):
    """The device of one run."""

    def threads(self) -> str:
        """CPU threads that the framework uses, within and between operations, and where they may run."""
        ...

    def synchronize(self) -> None:
        """Waits for all that the device was given to do: a time read before would leave some of it out."""
        ...

    def is_deterministic(self) -> bool:
        """Whether only deterministic kernels run."""
        ...

    def start_memory_peak(self) -> None:
        """Forgets the peak so far."""
        ...

    def memory_peak(self) -> tuple[int, str]:
        """Peak bytes since `start_memory_peak`, and how they were read."""
        ...


class StepParts(Protocol):
    """A phase's training step, whole and cut short: each part does what the one before it does, and its own."""

    def transfer(self, step: StepInputs) -> Any:
        """A batch as the other parts take it, on the device."""
        ...

    def forward(self, batch: Any) -> object:
        """The loss of a batch in training mode."""
        ...

    def differentiate(self, batch: Any) -> object:
        """The loss and its gradients."""
        ...

    def train(self, batch: Any) -> object:
        """The whole step, which moves the weights."""
        ...


class Prefix(Protocol):
    """The frozen backbone before one of its stages, in inference mode and without gradients."""

    variant: str
    """How it computes: `eager`, `folded`, ...; variants round differently."""

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Runs it over a batch.

        Args:
            images: Normalised pixels, [images, height, width, 3].

        Returns:
            Pooled features, [images, features], where every stage is before the cut, else the activations there,
            [images, rows, columns, channels]; in the pixels' dtype.
        """
        ...


class Engine(Protocol):
    """One framework's model, built for one run. Every engine can do what is here.

    What only some engines can do is a protocol of its own, and whoever needs it asks with `isinstance`:
    `FeatureEngine`, and `twintune.engines.probe.ProbedEngine`.

    Images are NumPy arrays of shape [images, height, width, 3], features of shape [images, features], labels int64 of
    shape [images]; in idiomatic mode they are what the engine's own pipeline yields.
    """

    device: Device
    pipeline: ImagePipeline
    draws_dropout: bool
    """Whether the model's own layers draw what they drop; if not, each step is given its masks."""

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Freezes and thaws, makes the optimiser and traces the steps anew.

        Args:
            phase: What trains, and how.
            first_stage: Index of the first backbone stage that the phase's steps run. 0: batches are pixels. The number
                of stages: they are pooled features. In between: the activations that the stage before gave. What comes
                before must be frozen, its BatchNorm in inference mode.
        """
        ...

    def train_step(self, step: StepInputs) -> StepHandle:
        """Adds a batch's gradients to its group's, and takes an optimiser step where the batch is the last of it."""
        ...

    def learning_rate(self) -> float:
        """The head's rate in the last step, read from the live optimiser."""
        ...

    def averaged_weights(self) -> AbstractContextManager[None]:
        """Within it the weights' moving average stands in the model; nothing changes where none is kept."""
        ...

    def adopt_average(self) -> None:
        """Ends a phase: what its moving average has reached is what the model goes on with."""
        ...

    def read_steps(self, handles: Sequence[StepHandle]) -> list[StepOutcome]:
        """Fetches what steps came to; waits for the device."""
        ...

    def step_parts(self) -> StepParts:
        """The parts of the phase's training step, to be timed; what is traced is so when it is first called."""
        ...

    def predict(self, inputs: Any) -> np.ndarray:
        """Logits in inference mode, shape [images, classes], of what the phase was started on."""
        ...

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The live backbone's tensors and buffers, in aligned mode by timm's names and in PyTorch's layout."""
        ...

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The live head's tensors, `head.N.weight` of shape [outputs, inputs] and `head.N.bias`."""
        ...

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """All that the next step depends on beside its inputs.

        Args:
            backbone: Whether the backbone's tensors are wanted too.

        Returns:
            The tensors of backbone and head, the optimiser's `optimizer.SLOT.TENSOR` and `optimizer.step`, the loss
            scaling's, and the generators of layers that draw, where there are any.
        """
        ...

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Takes the tensors of a `state`, after the phase's start; those that are left out stay as they are."""
        ...

    def precision(self) -> str:
        """The dtypes of the live variables, on a GPU what float32 means there, and how the loss is scaled."""
        ...

    def skipped_steps(self) -> int:
        """Optimiser steps that loss scaling has skipped, because a gradient wasn't finite in float16."""
        ...

    def placement(self) -> str:
        """Where the live variables are: `cpu`, or `gpu:N` with the device's name."""
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
            first_stage: As in `start_phase`; more than 0.
            images: How many will pass through it: it is prepared only as far as that pays.

        Returns:
            The stages before `first_stage`, with the weights as they are now.
        """
        ...

    def keep_backbone(self) -> None:
        """Leaves the backbone to the next run of this process that wants the same.

        The last call, and only after phases that have all left the backbone as it was built.
        """
        ...


class WeightAverage(Protocol):
    """A moving average of what a phase trains (see each engine's `ema.py`)."""

    def swap(self) -> None:
        """Exchanges the weights and their averages."""
        ...


@contextlib.contextmanager
def standing_in(average: WeightAverage | None) -> Iterator[None]:
    """An average, where there is one, stands in the model in place of the weights; then they are back bit for bit."""
    if average is None:
        yield
        return
    average.swap()
    try:
        yield
    finally:
        average.swap()
