"""The one training loop: phases, epochs, steps, validation, test. Read it from top to bottom."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.dataset import Split
from twintune.data.problems import save_skipped
from twintune.data.splits import open_splits
from twintune.engine import StepInputs
from twintune.engines import create_engine
from twintune.errors import TwintuneError
from twintune.evaluation import save_evaluation
from twintune.head import dropout_masks
from twintune.inputs import Inputs, may_train_on_features
from twintune.metrics import Accumulator, evaluate_logits
from twintune.precision import array_dtype
from twintune.protocol import (
    EpochRecord,
    EvaluationMetrics,
    ImagenetWeights,
    Phase,
    RunRequest,
    RunResult,
    TrainingMetrics,
)
from twintune.reporter import Reporter
from twintune.run_record import RunRecord
from twintune.schedules import learning_rates
from twintune.targets import TargetEncoder, Targets
from twintune.weights import save_atomically


def run(request: RunRequest, emit: Callable[[object], None]) -> RunResult:
    """Trains and tests one framework with one seed.

    Args:
        request: All of it; nothing is filled in here.
        emit: Takes a progress report; raises `Cancelled` when the run should stop.

    Returns:
        What the run came to.

    Raises:
        TwintuneError: When the data, the weights or the device can't be used, or the loss isn't finite.
    """
    # What an earlier run on this warm worker left behind would count as this one's memory.
    gc.collect()
    return TrainingLoop(request, Reporter(emit)).run()


class TrainingLoop:
    """One run."""

    def __init__(self, request: RunRequest, reporter: Reporter) -> None:
        self.request = request
        self.report = reporter
        self.record = RunRecord(request)
        self.epochs_done = 0
        self.steps_done = 0

    def run(self) -> RunResult:
        """The whole run."""
        request, record, watch = self.request, self.record, self.record.watch
        self.report.stage("data")
        with watch.part("data"):
            progress = partial(self.report.stage_progress, "data")
            self.splits = open_splits(request.dataset, request.cache_directory, progress)
        save_skipped(self.splits.skipped, Path(request.run_directory))
        for warning in self.splits.warnings:
            self.report.warning("DATASET", warning)
        self.targets = self._build_targets()
        self._warn_of_image_size()

        self.report.stage("build")
        with watch.part("build"):
            self.engine = create_engine(request, len(self.splits.classes))
            record.add_model(self.engine)
        self.inputs = Inputs(request, self.engine, self.splits, record, self.report)
        self.engine.device.start_memory_peak()

        for number, phase in enumerate(request.training.phases, start=1):
            self._train_phase(number, phase)

        self.report.stage("evaluate")
        with watch.part("evaluate"):
            test, logits = self._evaluate(self.splits.test, "the test")
        self.report.evaluation(test, len(self.splits.test))

        peak = self.engine.device.memory_peak()
        save_evaluation(logits, self.splits.test, self.splits.classes, Path(request.run_directory))
        self._save_model()
        return record.result(self.engine, self.splits, test, peak)

    def _train_phase(self, number: int, phase: Phase) -> None:
        """All epochs of a phase, each with its validation."""
        from_features = may_train_on_features(self.engine, phase, self.request.augmentation)
        self.inputs.start_phase(from_features)
        with self.record.watch.part("firstStep"):
            facts = self.engine.start_phase(phase, from_features)
        if facts.trainable_parameters == 0:
            raise TwintuneError("NOTHING_TO_TRAIN", f"Phase {number} trains no parameter.", "Change its trainable.")
        self.record.add_phase(number, facts, self.targets.describe(), from_features)
        self.report.phase_started(number, len(self.request.training.phases), phase, facts, from_features)

        batches = math.ceil(len(self.splits.train) / self.request.training.batch_size)
        steps = math.ceil(batches / self.request.training.gradient_accumulation)
        rates = learning_rates(phase, steps)
        for epoch in range(1, phase.epochs + 1):
            epoch_rates = rates[(epoch - 1) * steps : epoch * steps]
            train, seconds, timed_images = self._train_epoch(number, epoch, phase, epoch_rates)
            start = time.perf_counter()
            validation = None
            if self.splits.validation is not None:
                where = f"the validation after phase {number}, epoch {epoch}"
                with self.engine.averaged_weights():
                    validation, _ = self._evaluate(self.splits.validation, where)
            self.record.watch.add("train", seconds + time.perf_counter() - start)
            record = EpochRecord(
                phase=number,
                epoch=epoch,
                learning_rate=epoch_rates[-1],
                train=train,
                validation=validation,
                seconds=seconds,
                images_per_second=timed_images / seconds if timed_images else None,
            )
            self.record.epochs.append(record)
            self.report.epoch(record, phase.epochs)
        self.engine.adopt_average()

    def _train_epoch(
        self, number: int, epoch: int, phase: Phase, rates: list[float]
    ) -> tuple[TrainingMetrics, float, int]:
        """One pass over the training images; `rates` are those of its optimiser steps.

        Returns:
            The metrics; the seconds and the images they stand for, without the phase's first step, which warms
            caches and kernels.
        """
        metrics = Accumulator()
        pending: list[tuple[object, Targets]] = []
        timed_images = 0
        accumulation = self.request.training.gradient_accumulation
        batches = math.ceil(len(self.splits.train) / self.request.training.batch_size)
        group_weight = 0.0
        start = time.perf_counter()
        for step, (batch, shares) in enumerate(self.inputs.training_batches(self.epochs_done), start=1):
            self.record.batch_order.add(batch.positions)
            targets = self.targets.encode(shares)
            group_weight += targets.weight
            ends_group = step % accumulation == 0 or step == batches
            handle = self.engine.train_step(
                StepInputs(
                    inputs=batch.inputs,
                    labels=targets.labels,
                    targets=targets.coefficients,
                    weight=targets.weight,
                    masks=self._masks(len(batch)),
                    learning_rate=rates[(step - 1) // accumulation],
                    divisor=group_weight if ends_group else None,
                )
            )
            pending.append((handle, targets))
            if ends_group:
                self.record.add_learning_rate(self.engine.learning_rate())
                group_weight = 0.0
            self.steps_done += 1
            if epoch == 1 and step == 1:
                self._read_steps(pending, metrics, number, epoch, step)
                now = time.perf_counter()
                self.record.watch.add("firstStep", now - start)
                start = now
                continue
            timed_images += len(batch)
            if self.report.is_due():
                loss = self._read_steps(pending, metrics, number, epoch, step)
                pace = timed_images / (time.perf_counter() - start)
                left = len(self.splits.train) * (phase.epochs - epoch + 1) - metrics.count
                self.report.step(number, epoch, phase.epochs, step, batches, loss, pace, left / pace)
        if pending:
            self._read_steps(pending, metrics, number, epoch, batches)
        self.epochs_done += 1
        return metrics.metrics(), time.perf_counter() - start, timed_images

    def _read_steps(
        self, pending: list[tuple[object, Targets]], metrics: Accumulator, number: int, epoch: int, step: int
    ) -> float:
        """Fetches what the pending steps, the last of which is `step`, came to; returns the last loss."""
        outcomes = self.engine.read_steps([handle for handle, _ in pending])
        first = step - len(pending) + 1
        for at, (outcome, (_, targets)) in enumerate(zip(outcomes, pending, strict=True), start=first):
            if not math.isfinite(outcome.loss):
                raise _not_finite(f"The loss became {outcome.loss} at phase {number}, epoch {epoch}, step {at}.")
            if self.record.first_step_loss is None:
                self.record.first_step_loss = outcome.loss
            metrics.add(outcome.loss, targets.weight, outcome.correct, len(targets.labels))
        pending.clear()
        return outcomes[-1].loss

    def _evaluate(self, split: Split, where: str) -> tuple[EvaluationMetrics, np.ndarray]:
        """Metrics and logits of a split, in inference mode; `where` is for the message when they aren't finite."""
        logits, done = [], 0
        for batch in self.inputs.ordered_batches(split):
            logits.append(self.engine.predict(batch.inputs))
            done += len(batch)
            if self.report.is_due():
                self.report.stage_progress("evaluate", done, len(split))
        outputs = np.concatenate(logits)
        if not np.isfinite(outputs).all():
            raise _not_finite(f"The model's outputs are not finite in {where}.")
        return evaluate_logits(outputs, split.labels), outputs

    def _build_targets(self) -> TargetEncoder:
        classes = self.splits.classes
        encoder = TargetEncoder(self.splits.train.labels, len(classes), self.request.training)
        absent = [name for name, weight in zip(classes, encoder.class_weights, strict=True) if weight == 0]
        if absent:
            self.report.warning(
                "CLASS_WEIGHTS", f"No training image is of {', '.join(absent)}: its weight in the loss is 0."
            )
        return encoder

    def _masks(self, images: int) -> tuple[np.ndarray, ...]:
        """Dropout masks; in idiomatic mode the framework's own layers draw them."""
        request = self.request
        if request.mode == "idiomatic":
            return ()
        dtype = array_dtype(request.training.precision)
        return dropout_masks(request.model.head, images, request.seed, self.steps_done, dtype)

    def _warn_of_image_size(self) -> None:
        model, size = self.request.model, self.request.dataset.image_size
        aligned = self.request.mode == "aligned"
        wants_odd = aligned and find_backbone(model.backbone).imagenet.odd_image_sizes
        if wants_odd and isinstance(model.weights, ImagenetWeights) and size % 32 != 1:
            below = size - (size - 1) % 32
            self.report.warning(
                "IMAGE_SIZE",
                f"The ImageNet weights of {model.backbone} were trained with TensorFlow's padding, which both"
                f" engines' padding equals only at sizes of 32k+1; at {size} the features are worse, though still the"
                f" same in both. Use {below} or {below + 32}.",
            )

    def _save_model(self) -> None:
        """Writes the trained tensors, in aligned mode by timm's names."""
        folder = Path(self.request.run_directory)
        tensors = {**self.engine.backbone_tensors(), **self.engine.head_tensors()}
        save_atomically(tensors, folder / "model" / "model.safetensors")
        self.report.checkpoint(f"{folder.name}/model/model.safetensors")


def _not_finite(message: str) -> TwintuneError:
    return TwintuneError("LOSS_NOT_FINITE", message, "Lower the phase's optimizer.learningRate.")
