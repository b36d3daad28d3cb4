"""The differences of an idiomatic pair, each with its effect on the first batch, measured in PyTorch's live model.

An ingredient's effect is how far a result moves when this ingredient alone is swapped for TensorFlow's, as a share of
the largest value of the result before.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from twintune.parity.idiomatic.channel_maps import apply_map, describe_map, is_same_map
from twintune.parity.idiomatic.first_batch import first_batch
from twintune.parity.idiomatic.keras_resnet import is_resnet, to_torchvision
from twintune.parity.idiomatic.pytorch.description import describe_idiomatic
from twintune.parity.idiomatic.pytorch.effects import Effects, moved
from twintune.parity.idiomatic.pytorch.swaps import (
    decay_beside,
    swap_epsilon,
    swap_linear,
    swap_mode,
    swap_momentum,
    swap_optimizer_epsilon,
    swap_stride,
    swap_tensors,
)
from twintune.parity.idiomatic.reference_file import Reference, load_reference
from twintune.protocol import (
    EffectOn,
    Emit,
    IdiomaticDescription,
    IdiomaticDifference,
    MeasureDifferencesRequest,
    MeasureDifferencesResult,
    RandomWeights,
    RunRequest,
)
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.preparation import prepare

Sides = tuple[IdiomaticDescription, IdiomaticDescription]
"""The descriptions of TensorFlow's and of PyTorch's side."""


def measure_differences(request: MeasureDifferencesRequest, emit: Emit) -> MeasureDifferencesResult:
    """Builds torchvision's side and measures it against the description of Keras' side.

    Args:
        request: The complete request; nothing is filled in here.
        emit: A function that takes a progress report, and raises `Cancelled` when the work should stop.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used.
    """
    report = Reporter(emit)
    run = prepare(request.run, report, RunRecord(request.run))
    engine: Any = run.engine
    phase = request.run.training.phases[0]
    engine.start_phase(phase, first_stage=0)
    sides = request.description, describe_idiomatic(engine, request.run)
    reference = load_reference(Path(request.reference))
    plain = dataclasses.replace(engine.pipeline, mean=(0.0,) * 3, std=(1.0,) * 3)
    batch = first_batch(run, plain, len(reference["pixels"]))
    # Pillow's resized pixels are whole numbers, which the pipeline has scaled to 0..1.
    resized = np.rint(255.0 * batch.inputs.numpy().transpose(0, 2, 3, 1).astype(np.float64))
    report.stage("features")
    effects = Effects(engine, phase.optimizer, apply_map(sides[1].preprocessing, resized), batch.labels)
    measurement = Measurement(request.run, sides, reference, resized, effects)
    return MeasureDifferencesResult(list(measurement.differences()), measurement.unexplained())


@dataclasses.dataclass(frozen=True)
class Measurement:
    """The measurement of one idiomatic pair on its first batch."""

    run: RunRequest
    sides: Sides
    reference: Reference
    resized: np.ndarray
    """The images as PyTorch's side resizes them, [images, height, width, 3], 0 to 255."""
    effects: Effects

    def differences(self) -> Iterator[IdiomaticDifference]:
        """Measures all differences, from the weights to the order of the images."""
        yield from self._weights()
        yield from self._architecture()
        yield from self._inputs()
        yield from self._batch_norm()
        yield from self._head_and_loss()
        yield from self._optimizer()
        values = self._values(lambda side: side.batch_order)
        yield row("batch order", values, note="Drawn by each library's own generator.")

    def unexplained(self) -> float | None:
        """The distance of the logits from TensorFlow's when all is swapped; None if the tensors can't be swapped."""
        if not self._tensors_fit:
            return None
        theirs, _ = self.sides
        (constants,) = theirs.batch_norm

        def swap_all(model: Any) -> None:
            swap_tensors(model, to_torchvision(self.reference.group("backbone")))
            swap_linear(model.fc, self.reference.group("head"))
            self._swap_architecture(model)
            swap_epsilon(model, constants.epsilon)
            swap_mode(model, constants.mode)

        return moved(self.effects.logits(swap_all, self.reference["pixels"]), self.reference["logits"])

    @property
    def _tensors_fit(self) -> bool:
        """Whether Keras' tensors have a place in torchvision's model."""
        return is_resnet(self.run.model.backbone)

    def _weights(self) -> Iterator[IdiomaticDifference]:
        values = self._values(lambda side: side.weights)
        if isinstance(self.run.model.weights, RandomWeights):
            yield row("weights", values, note="Random: an effect would be that of two draws, not of the libraries.")
        elif not self._tensors_fit:
            yield row("weights", values, note="Not measured: the libraries cut this model's tensors differently.")
        else:
            tensors = to_torchvision(self.reference.group("backbone"))
            effect = self.effects.on_logits(lambda model: swap_tensors(model, tensors))
            yield row("weights", values, effect, "logits")

    def _architecture(self) -> Iterator[IdiomaticDifference]:
        theirs, ours = self.sides
        if (theirs.architecture, theirs.strided_kernels) == (ours.architecture, ours.strided_kernels):
            return
        values = self._values(lambda side: f"{side.architecture} ({_strides(side)})")
        if is_resnet(self.run.model.backbone):
            effect = self.effects.on_logits(self._swap_architecture)
            yield row("architecture", values, effect, "logits", "The stride is moved.")
        else:
            yield row("architecture", values, note="Not measured: the one model can't be made of the other.")

    def _swap_architecture(self, model: Any) -> None:
        theirs, ours = self.sides
        if theirs.strided_kernels != ours.strided_kernels:
            swap_stride(model)

    def _inputs(self) -> Iterator[IdiomaticDifference]:
        theirs, ours = self.sides
        if not is_same_map(theirs.preprocessing, ours.preprocessing):
            pixels = apply_map(theirs.preprocessing, self.resized)
            values = self._values(lambda side: describe_map(side.preprocessing))
            yield row("preprocessing", values, self.effects.on_logits(images=pixels), "logits")
        if theirs.resize != ours.resize:
            pixels = apply_map(ours.preprocessing, self.reference["resized"])
            effect = self.effects.on_logits(images=pixels)
            note = "The images have the size already." if effect == 0 else None
            yield row("resize", (theirs.resize, ours.resize), effect, "logits", note)

    def _batch_norm(self) -> Iterator[IdiomaticDifference]:
        theirs, ours = (side.batch_norm for side in self.sides)
        if theirs == ours:
            return
        if len(theirs) != 1 or len(ours) != 1:
            values = self._values(lambda side: "; ".join(map(str, side.batch_norm)))
            yield row("batch norm", values, note="Not measured: not all layers are alike.")
            return
        (their,), (our,) = theirs, ours
        if their.epsilon != our.epsilon:
            effect = self.effects.on_logits(lambda model: swap_epsilon(model, their.epsilon))
            yield row("batch norm epsilon", (f"{their.epsilon:g}", f"{our.epsilon:g}"), effect, "logits")
        if their.mode != our.mode:
            effect = self.effects.on_logits(lambda model: swap_mode(model, their.mode))
            yield row("batch norm mode", (their.mode, our.mode), effect, "logits")
        elif their.momentum != our.momentum and their.mode == "train":
            effect = self.effects.on_statistics(lambda model: swap_momentum(model, their.momentum))
            values = (f"{their.momentum:g}", f"{our.momentum:g}")
            yield row("batch norm momentum", values, effect, "running statistics", "The share of the new batch.")

    def _head_and_loss(self) -> Iterator[IdiomaticDifference]:
        tensors = self.reference.group("head")
        values = self._values(lambda side: side.head_init)
        if self.effects.head_takes(tensors):
            effect = self.effects.on_loss(lambda head: swap_linear(head, tensors))
            yield row("head init", values, effect, "loss")
        else:
            yield row("head init", values, note="Not measured: the two backbones give it features of other widths.")
        # Both losses are of the same logits, TensorFlow's.
        loss = self.effects.loss_of(self.reference["logits"])
        effect = abs(float(self.reference["loss"][0]) - loss) / loss
        yield row("loss", self._values(lambda side: side.loss), effect, "loss", "Both losses are of the same logits.")

    def _optimizer(self) -> Iterator[IdiomaticDifference]:
        theirs, ours = self.sides
        their_epsilon, our_epsilon = theirs.first_step_epsilon, ours.first_step_epsilon
        if their_epsilon and our_epsilon and not math.isclose(their_epsilon, our_epsilon, rel_tol=1e-4):
            values = self._values(lambda side: f"{side.optimizer}; in the first step {side.first_step_epsilon:.3g}")
            effect = self.effects.on_update(lambda optimizer: swap_optimizer_epsilon(optimizer, their_epsilon))
            yield row("optimizer epsilon", values, effect, "first update")
        if (theirs.decay, ours.decay) == ("decoupled", "coupled"):
            effect = self.effects.on_update(decay_beside)
            yield row("weight decay", (theirs.decay, ours.decay), effect, "first update")

    def _values(self, read: Callable[[IdiomaticDescription], str]) -> tuple[str, str]:
        """A value of TensorFlow's and of PyTorch's description."""
        theirs, ours = self.sides
        return read(theirs), read(ours)


def row(
    ingredient: str,
    values: tuple[str, str],
    effect: float | None = None,
    effect_on: EffectOn | None = None,
    note: str | None = None,
) -> IdiomaticDifference:
    """A difference of two values, TensorFlow's and PyTorch's; its effect is None if it isn't measured."""
    return IdiomaticDifference(ingredient, *values, effect, effect_on, note)


def _strides(side: IdiomaticDescription) -> str:
    kernels = ", ".join(f"{count} of {kernel}" for kernel, count in side.strided_kernels.items())
    return f"convolutions with a stride: {kernels or 'none'}"
