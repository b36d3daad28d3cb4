"""The one training loop: phases, epochs, steps, validation, test. Read it from top to bottom."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.cached_features import CachedFeatures
from twintune.data.dataset import Split
from twintune.data.loader import Batch, InputPipeline
from twintune.data.splits import describe_splits, open_splits
from twintune.digests import ChainedDigest, digest_shapes, digest_tensors, digest_text
from twintune.engine import PhaseFacts
from twintune.engines import create_engine
from twintune.errors import TwintuneError
from twintune.head import dropout_masks
from twintune.metrics import Accumulator, evaluate_logits
from twintune.protocol import (
    EpochRecord,
    Facts,
    ImagenetWeights,
    Metrics,
    Phase,
    RunRequest,
    RunResult,
    Seconds,
)
from twintune.reporter import Reporter
from twintune.schedules import learning_rates
from twintune.stopwatch import Stopwatch
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
    return TrainingLoop(request, Reporter(emit)).run()


class TrainingLoop:
    """One run, and what it has gathered so far."""

    def __init__(self, request: RunRequest, reporter: Reporter) -> None:
        self.request = request
        self.report = reporter
        self.watch = Stopwatch()
        self.pixels = ChainedDigest()
        self.order = ChainedDigest()
        self.rates: list[float] = []
        self.records: list[EpochRecord] = []
        self.phase_facts: list[PhaseFacts] = []
        self.first_step_loss: float | None = None
        self.cached: CachedFeatures | None = None
        self.feature_images = 0
        self.epochs_done = 0
        self.steps_done = 0

    def run(self) -> RunResult:
        """The whole run."""
        request = self.request
        self.report.stage("data")
        with self.watch.part("data"):
            self.splits = open_splits(request.dataset, request.cache_directory)
        self._warn_of_image_size()

        self.report.stage("build")
        with self.watch.part("build"):
            self.engine = create_engine(request, len(self.splits.classes))
            self.engine.start_memory_peak()
            backbone, head = self.engine.backbone_tensors(), self.engine.head_tensors()
            architecture = digest_shapes({**backbone, **head})
            parameters = sum(tensor.size for tensor in (*backbone.values(), *head.values()))
            weights, head_init = digest_tensors(backbone), digest_tensors(head)
            del backbone, head

        for number, phase in enumerate(request.phases, start=1):
            self._train_phase(number, phase)

        self.report.stage("evaluate")
        with self.watch.part("evaluate"):
            test = self._evaluate(self.splits.test)
        self.report.evaluation(test, len(self.splits.test))
        self._save_model()

        peak, method = self.engine.memory_peak()
        return RunResult(
            framework=request.framework,
            seed=request.seed,
            status="finished",
            failure=None,
            test=test,
            first_step_loss=self.first_step_loss or 0.0,
            pixel_digest=self.pixels.hexdigest(),
            weights_digest=weights,
            seconds=self._seconds(),
            images_per_second=statistics.median(record.images_per_second for record in self.records),
            feature_images_per_second=self._feature_images_per_second(),
            peak_memory_bytes=peak,
            peak_memory_method=method,
            epochs=self.records,
            classes=self.splits.classes,
            facts=Facts(
                architecture=architecture,
                parameters=parameters,
                weights=weights,
                head_init=head_init,
                split=digest_text(describe_splits(self.splits)),
                pixels=self.pixels.hexdigest(),
                batch_order=self.order.hexdigest(),
                optimizer=[facts.optimizer for facts in self.phase_facts],
                schedule=digest_text(f"{rate!r}" for rate in self.rates),
                batch_norm=[facts.batch_norm for facts in self.phase_facts],
                precision=self.engine.precision(),
                device=self.engine.device(),
                deterministic=request.deterministic,
                threads=self.engine.threads(),
            ),
        )

    def _train_phase(self, number: int, phase: Phase) -> None:
        """All epochs of a phase, each with its validation."""
        from_features = self.engine.caches_features and phase.trainable == "head"
        pipeline = self._pipeline(from_features)
        facts = self.engine.start_phase(phase, from_features)
        if facts.trainable_parameters == 0:
            raise TwintuneError("NOTHING_TO_TRAIN", f"Phase {number} trains no parameter.", "Change its trainable.")
        self.phase_facts.append(facts)
        self.report.phase_started(number, len(self.request.phases), phase, facts, from_features)

        steps = math.ceil(len(self.splits.train) / self.request.batch_size)
        rates = learning_rates(phase, steps)
        self.rates += rates
        for epoch in range(1, phase.epochs + 1):
            epoch_rates = rates[(epoch - 1) * steps : epoch * steps]
            train, seconds, timed_images = self._train_epoch(number, epoch, phase, pipeline, epoch_rates, from_features)
            start = time.perf_counter()
            validation = self._evaluate(self.splits.validation) if self.splits.validation else None
            self.watch.add("train", seconds + time.perf_counter() - start)
            record = EpochRecord(
                phase=number,
                epoch=epoch,
                learning_rate=epoch_rates[-1],
                train=train,
                validation=validation,
                seconds=seconds,
                images_per_second=timed_images / seconds if timed_images else 0.0,
            )
            self.records.append(record)
            self.report.epoch(record, phase.epochs)

    def _train_epoch(
        self,
        number: int,
        epoch: int,
        phase: Phase,
        pipeline: InputPipeline,
        rates: list[float],
        from_features: bool,
    ) -> tuple[Metrics, float, int]:
        """One pass over the training images.

        Returns:
            The metrics; the seconds and the images they stand for, without the phase's first step, which traces
            graphs and warms caches.
        """
        metrics = Accumulator()
        pending: list[tuple[object, int]] = []
        timed_images, last_loss = 0, 0.0
        start = time.perf_counter()
        for step, batch in enumerate(pipeline.training_batches(self.splits.train, self.epochs_done), start=1):
            self._add_to_digests(batch, from_features)
            self.order.add(batch.positions)
            masks = self._masks(len(batch))
            handle = self.engine.train_step(batch.inputs, batch.labels, masks, rates[step - 1])
            pending.append((handle, len(batch)))
            self.steps_done += 1
            if epoch == 1 and step == 1:
                last_loss = self._read_steps(pending, metrics, number, epoch, step)
                now = time.perf_counter()
                self.watch.add("firstStep", now - start)
                start = now
                continue
            timed_images += len(batch)
            if self.report.is_due():
                last_loss = self._read_steps(pending, metrics, number, epoch, step)
                pace = timed_images / (time.perf_counter() - start)
                left = len(self.splits.train) * (phase.epochs - epoch + 1) - metrics.count
                self.report.step(number, epoch, phase.epochs, step, len(rates), last_loss, pace, left / pace)
        self._read_steps(pending, metrics, number, epoch, len(rates))
        self.epochs_done += 1
        return metrics.metrics(), time.perf_counter() - start, timed_images

    def _read_steps(
        self, pending: list[tuple[object, int]], metrics: Accumulator, number: int, epoch: int, step: int
    ) -> float:
        """Fetches what the pending steps, the last of which is `step`, came to; returns the last loss."""
        outcomes = self.engine.read_steps([handle for handle, _ in pending])
        first = step - len(pending) + 1
        for at, (outcome, (_, count)) in enumerate(zip(outcomes, pending, strict=True), start=first):
            if not math.isfinite(outcome.loss):
                raise TwintuneError(
                    "LOSS_NOT_FINITE",
                    f"The loss became {outcome.loss} at phase {number}, epoch {epoch}, step {at}.",
                    f"Lower training.phases[{number - 1}].optimizer.learningRate.",
                )
            if self.first_step_loss is None:
                self.first_step_loss = outcome.loss
            metrics.add(outcome.loss, outcome.correct, count)
        pending.clear()
        return outcomes[-1].loss if outcomes else 0.0

    def _evaluate(self, split: Split) -> Metrics:
        """Metrics of a split, in inference mode."""
        from_features = self.cached is not None
        pipeline = self._pipeline(from_features)
        logits = []
        for batch in pipeline.ordered_batches(split):
            self._add_to_digests(batch, from_features)
            logits.append(self.engine.predict(batch.inputs, from_features))
            if self.report.is_due():
                done = sum(len(some) for some in logits)
                self.report.stage_progress("evaluate", done, len(split))
        return evaluate_logits(np.concatenate(logits), split.labels)

    def _pipeline(self, from_features: bool) -> InputPipeline:
        """Where batches come from; runs the frozen backbone over all images the first time it is asked."""
        if not from_features:
            # The backbone is about to change, or isn't frozen: its old features are of no more use.
            self.cached = None
            return self.engine.pipeline
        if self.cached is None:
            self.report.stage("features")
            with self.watch.part("features"):
                self.cached = self._extract_features()
        return self.cached

    def _extract_features(self) -> CachedFeatures:
        cached = CachedFeatures(self.request.seed, self.request.batch_size)
        splits = [s for s in (self.splits.train, self.splits.validation, self.splits.test) if s is not None]
        total, done = sum(map(len, splits)), 0
        for split in splits:
            features = []
            for batch in self.engine.pipeline.ordered_batches(split):
                self._add_to_digests(batch, from_features=False)
                features.append(self.engine.extract_features(batch.inputs))
                done += len(batch)
                self.report.stage_progress("features", done, total)
            cached.put(split, np.concatenate(features))
        self.feature_images += total
        return cached

    def _add_to_digests(self, batch: Batch, from_features: bool) -> None:
        if not from_features:
            self.pixels.add(np.asarray(batch.inputs))

    def _masks(self, images: int) -> tuple[np.ndarray, ...]:
        request = self.request
        if request.mode == "idiomatic":
            return ()
        return dropout_masks(request.model.head, images, request.seed, self.steps_done, request.precision)

    def _warn_of_image_size(self) -> None:
        model, size = self.request.model, self.request.dataset.image_size
        wants_odd = find_backbone(model.backbone).imagenet.odd_image_sizes
        if wants_odd and isinstance(model.weights, ImagenetWeights) and size % 32 != 1:
            below, above = size - (size - 1) % 32, size - (size - 1) % 32 + 32
            self.report.warning(
                "IMAGE_SIZE",
                f"The ImageNet weights of {model.backbone} were trained with TensorFlow's padding, which is the"
                f" same in both frameworks only for sizes of 32k+1: use {below} or {above} instead of {size}.",
            )

    def _save_model(self) -> None:
        """Writes the trained tensors; a folder away from being loaded by timm's names."""
        folder = Path(self.request.run_directory)
        tensors = {**self.engine.backbone_tensors(), **self.engine.head_tensors()}
        save_atomically(tensors, folder / "model" / "model.safetensors")
        self.report.checkpoint(f"{folder.name}/model/model.safetensors")

    def _seconds(self) -> Seconds:
        part = self.watch.seconds.get
        return Seconds(
            start=0.0,
            import_=0.0,
            build=part("build", 0.0),
            data=part("data", 0.0),
            features=part("features", 0.0),
            first_step=part("firstStep", 0.0),
            train=part("train", 0.0),
            evaluate=part("evaluate", 0.0),
        )

    def _feature_images_per_second(self) -> float | None:
        return self.feature_images / self.watch.seconds["features"] if self.feature_images else None
