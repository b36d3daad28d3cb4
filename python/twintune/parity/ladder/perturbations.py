"""Mistakes that are planted on one side of the parity ladder, to see that it finds them.

Each is one that two implementations of an experiment are found to differ by. Whether it can show in what is recorded is
decided in `src/plan/check-perturbation.ts`, but for what only the images tell.
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
from twintune.protocol import PerturbationName, RunRequest, Training
from twintune.protocol.optimizer import AdamFields
from twintune.training.context import RunContext


@dataclasses.dataclass(frozen=True)
class SwappedLoader:
    """A loader that has the first two images of each training batch in each other's place."""

    loader: SharedLoader

    def training_batches(self, split: Split, epoch: int, start_step: int = 0) -> Iterator[Batch]:
        """The loader's, with two images swapped."""
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


def perturb_request(request: RunRequest, name: PerturbationName | None) -> RunRequest:
    """Plants a difference of what is asked for; `plant` plants the others.

    Args:
        request: Of a run of one phase, in aligned mode.
        name: What to plant; None for nothing.
    """
    if name not in _OF_THE_TRAINING:
        return request
    return replace(request, training=_OF_THE_TRAINING[name](request.training))


def plant(run: RunContext, name: PerturbationName | None) -> None:
    """Plants a difference of the pixels or of the model; one of what is asked for is in the request already.

    Args:
        run: On PyTorch in aligned mode, before its first phase; changed in place.
        name: What to plant; None for nothing.

    Raises:
        TwintuneError: PERTURBATION_WITHOUT_EFFECT, where the pixels stay the same.
    """
    if name is None or name in _OF_THE_TRAINING:
        return
    if name in _OF_THE_PIXELS:
        _plant_in_pixels(run, name)
        return
    # Only here, so that whoever records TensorFlow needs no PyTorch.
    from twintune.engines.pytorch.aligned import AlignedEngine
    from twintune.parity.ladder.model_perturbations import plant_in_model

    plant_in_model(name, cast(AlignedEngine, run.engine).model, run.request)


def _with_other_epsilon(training: Training) -> Training:
    """1e-7, which is Keras' own, in place of PyTorch's 1e-8."""
    optimizer = cast(AdamFields, training.phases[0].optimizer)
    return _with_phase(training, optimizer=replace(optimizer, epsilon=10 * cast(float, optimizer.epsilon)))


def _with_other_decay(training: Training) -> Training:
    optimizer = training.phases[0].optimizer
    return _with_phase(training, optimizer=replace(optimizer, weight_decay=optimizer.weight_decay + 0.01))


def _with_other_mode(training: Training) -> Training:
    """As PyTorch's frozen layers, which go on to normalise by the batch until they are told otherwise."""
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
    """By one of the 256 values of a pixel."""
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
        "batch-order": ("no batch has two images that could be swapped", "Give a larger training.batchSize."),
    }[name]
    return TwintuneError("PERTURBATION_WITHOUT_EFFECT", f"The perturbation {name} has no effect: {reason}.", hint)
