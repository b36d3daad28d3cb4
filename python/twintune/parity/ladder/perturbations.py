"""Perturbations: mistakes that are planted on one side of the parity ladder, to see that the ladder finds them.

Each is a mistake by which implementations of an experiment are found to differ. `src/plan/check-perturbation.ts`
decides whether it can show in a recording, except where only the images tell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
from msgspec.structs import replace

from twintune.data.dataset import Split
from twintune.data.loader import Batch, ImagePipeline, SharedLoader
from twintune.errors import TwintuneError
from twintune.protocol import ModelInput, PerturbationName, RunRequest, Training
from twintune.protocol.optimizer import AdamFields
from twintune.training.context import RunContext


@dataclasses.dataclass(frozen=True)
class SwappedLoader:
    """A loader that swaps the first two images of each training batch."""

    loader: SharedLoader

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """Yields the loader's batches, each with two images swapped."""
        for batch in self.loader.training_batches(split, epoch, start_step):
            order = np.arange(len(batch))
            order[:2] = order[:2][::-1]
            yield Batch(batch.inputs[order], batch.labels[order], batch.positions[order])

    def ordered_batches(self, split: Split) -> Iterator[Batch]:
        """The loader's."""
        return self.loader.ordered_batches(split)

    def describe_augmentation(self) -> str:
        """The loader's."""
        return self.loader.describe_augmentation()

    def describe_input(self) -> ModelInput:
        """The loader's."""
        return self.loader.describe_input()


def perturb_request(request: RunRequest, name: PerturbationName | None) -> RunRequest:
    """Plants a perturbation of the training settings in the request; `plant` plants the others.

    Args:
        request: The request of a run of one phase, in aligned mode.
        name: The perturbation to plant; None for none.
    """
    if name not in _OF_THE_TRAINING:
        return request
    return replace(request, training=_OF_THE_TRAINING[name](request.training))


def plant(run: RunContext, name: PerturbationName | None) -> None:
    """Plants a perturbation of the pixels or of the model; one of the training settings is in the request already.

    Args:
        run: A run on PyTorch in aligned mode, before its first phase; it is changed in place.
        name: The perturbation to plant; None for none.

    Raises:
        TwintuneError: PERTURBATION_WITHOUT_EFFECT if the pixels stay the same, or `tf32` is planted on a CPU.
    """
    if name is None or name in _OF_THE_TRAINING:
        return
    if name in _OF_THE_PIXELS:
        _plant_in_pixels(run, name)
        return
    # These modules are imported only here, so that recording TensorFlow needs no PyTorch.
    from twintune.engines.pytorch.aligned import AlignedEngine
    from twintune.parity.ladder.model_perturbations import plant_in_model

    engine = cast(AlignedEngine, run.engine)
    if name == "tf32" and not engine.device.on_gpu:
        raise _without_effect(name, run.request)
    plant_in_model(name, engine.model, run.request)


def _with_other_epsilon(training: Training) -> Training:
    """Sets Keras' epsilon, 1e-7, in place of PyTorch's, 1e-8."""
    optimizer = cast(AdamFields, training.phases[0].optimizer)
    return _with_phase(training, optimizer=replace(optimizer, epsilon=10 * cast(float, optimizer.epsilon)))


def _with_other_decay(training: Training) -> Training:
    optimizer = training.phases[0].optimizer
    return _with_phase(training, optimizer=replace(optimizer, weight_decay=optimizer.weight_decay + 0.01))


def _with_other_mode(training: Training) -> Training:
    """Changes the BatchNorm mode: PyTorch's frozen layers normalise by the batch until they are told otherwise."""
    is_inference = training.phases[0].batch_norm == "inference"
    return _with_phase(training, batch_norm="adapt" if is_inference else "inference")


def _with_other_smoothing(training: Training) -> Training:
    smoothing = training.label_smoothing
    return replace(training, label_smoothing=smoothing + 0.1 if smoothing < 0.5 else smoothing - 0.1)


def _with_phase(training: Training, **changes) -> Training:
    (phase,) = training.phases
    return replace(training, phases=[replace(phase, **changes)])


def _with_other_filter(loader: SharedLoader) -> SharedLoader:
    other = "bicubic" if loader.preprocessing.interpolation == "bilinear" else "bilinear"
    return dataclasses.replace(loader, preprocessing=replace(loader.preprocessing, interpolation=other))


def _with_other_mean(loader: SharedLoader) -> SharedLoader:
    """Moves the mean by one of the 256 values of a pixel."""
    mean = tuple(value + 1 / 255 for value in loader.preprocessing.mean)
    return dataclasses.replace(loader, preprocessing=replace(loader.preprocessing, mean=mean))


_OF_THE_TRAINING: dict[PerturbationName | None, Callable[[Training], Training]] = {
    "adam-epsilon": _with_other_epsilon,
    "weight-decay": _with_other_decay,
    "bn-mode": _with_other_mode,
    "label-smoothing": _with_other_smoothing,
}

_OF_THE_PIXELS: dict[PerturbationName, Callable[[SharedLoader], ImagePipeline]] = {
    "resize": _with_other_filter,
    "normalization": _with_other_mean,
    "batch-order": SwappedLoader,
}


def _plant_in_pixels(run: RunContext, name: PerturbationName) -> None:
    loader = run.engine.pipeline
    perturbed = _OF_THE_PIXELS[name](cast(SharedLoader, loader))
    batches = (pipeline.training_batches(run.splits.train, 0) for pipeline in (loader, perturbed))
    if all(np.array_equal(ours.inputs, theirs.inputs) for ours, theirs in zip(*batches, strict=True)):
        raise _without_effect(name, run.request)
    run.engine.pipeline = perturbed


def _without_effect(name: PerturbationName, request: RunRequest) -> TwintuneError:
    size = request.dataset.image_size
    reason, hint = {
        "resize": (
            f"another filter changes no training image, since all have {size} × {size} pixels already",
            "Give another dataset.imageSize.",
        ),
        "tf32": ("PyTorch computes on the CPU, which has no TensorFloat-32", "Take a machine with an NVIDIA GPU."),
        "batch-order": ("no batch has two images that could be swapped", "Give a larger training.batchSize."),
    }[name]
    return TwintuneError("PERTURBATION_WITHOUT_EFFECT", f"The perturbation {name} has no effect: {reason}.", hint)
