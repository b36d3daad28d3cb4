"""The recording of one engine's results, rung by rung."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np

from twintune.backbones import tensor_shapes
from twintune.digests import digest_tensors
from twintune.engines import MODULES
from twintune.engines.engine import StepInputs
from twintune.engines.environment import versions
from twintune.engines.probe import ProbedEngine, ProbeMode
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import evaluate_logits
from twintune.model.parameter_groups import STATISTICS
from twintune.model.precision import array_dtype
from twintune.parity.ladder.moved_pixels import by_last_places, farthest_move, of_allowance
from twintune.parity.ladder.perturbations import perturb_request, plant
from twintune.parity.ladder.recording_file import RUNGS, Recording, RecordingHeader, save_recording
from twintune.parity.tensor_groups import under
from twintune.protocol import Emit, Framework, RecordRungsRequest, RecordRungsResult, RungName, RunRequest
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.seeding import generator
from twintune.system.memory import give_freed_memory_back
from twintune.training.context import RunContext
from twintune.training.groups import Group, GroupTrainer, endless_groups
from twintune.training.masks import masks_of_step
from twintune.training.preparation import prepare
from twintune.training.schedules import learning_rates

_STEPS = 10
_EVALUATED_IMAGES = 256
_DRAWN_STEPS = 3
_GRADIENT_EXPONENTS = (-6, 0)
"""The powers of ten between which the scales of drawn gradients lie: the smallest are near an optimiser's epsilon."""


def record_rungs(request: RecordRungsRequest, emit: Emit, last_rung: RungName = RUNGS[-1]) -> RecordRungsResult:
    """Builds one engine for the first phase of a run, and writes its results on each rung to a file.

    A phase of the head alone trains on pixels in a recording, so that the backbone is in every rung.

    Args:
        request: The complete request; nothing is filled in here. Its run is deterministic, in aligned mode.
        emit: A function that takes a progress report, and raises `Cancelled` when the recording should stop.
        last_rung: The rung that the recording ends at; tensors of the rungs above it are neither computed nor kept.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used, or the perturbation has no effect.
    """
    start = time.perf_counter()
    # Garbage of an earlier recording on this warm worker would take memory beside this one's.
    gc.collect()
    give_freed_memory_back()
    report = Reporter(emit)
    perturbed = perturb_request(request.run, request.perturbation)
    run = _prepare(perturbed, report)
    plant(run, request.perturbation)
    run.engine.start_phase(perturbed.training.phases[0], first_stage=0)
    save_recording(_Recorder(run, last_rung).record(request), Path(request.recording))
    return RecordRungsResult(seconds=time.perf_counter() - start)


def _prepare(request: RunRequest, report: Reporter) -> RunContext:
    """Opens the data and builds the model for batches that BatchNorm can learn from.

    A recording has other batches than the user's phase, and may normalise by them although that phase doesn't: a last
    batch of a single image is then nobody's mistake, and a smaller batch size avoids it.
    """
    try:
        return prepare(request, report, RunRecord(request))
    except TwintuneError as error:
        training = request.training
        if error.code != "BATCH_TOO_SMALL" or training.batch_size <= 2:
            raise
        smaller = msgspec.structs.replace(training, batch_size=training.batch_size - 1)
        return _prepare(msgspec.structs.replace(request, training=smaller), report)


@dataclass(frozen=True)
class _Steps:
    """The results of ten training steps."""

    losses: np.ndarray
    """The loss before each step."""
    pixel_digests: list[str]
    """The digest of each batch's pixels; a step may have several batches."""
    first_statistics: dict[str, np.ndarray]
    """The running statistics of the BatchNorm layers after the first step."""
    statistics: dict[str, np.ndarray]
    """The running statistics of the BatchNorm layers after the last step."""

    @property
    def tensors(self) -> dict[str, np.ndarray]:
        """The losses and the last statistics, by the names of a recording."""
        return {"steps": self.losses, **under("batch-norm", self.statistics)}


class _Recorder:
    """Measures one engine; whatever changes its model is undone again."""

    def __init__(self, run: RunContext, last_rung: RungName) -> None:
        self._run, self._request = run, run.request
        self._last_rung: RungName = last_rung
        assert isinstance(run.engine, ProbedEngine), "the ladder is climbed in aligned mode, whose engines have a probe"
        self._engine = run.engine
        self._probe = self._engine.probe()
        self._phase = run.request.training.phases[0]
        self._dtype = array_dtype(run.request.training.precision)
        self._names = list(self._model_tensors())
        # The tensors are copied, since an engine may give its live memory, which training changes.
        self._start = {name: tensor.copy() for name, tensor in self._engine.state(backbone=True).items()}

    def record(self, request: RecordRungsRequest) -> Recording:
        """Records all rungs up to the last one."""
        tensors = under("weights", self._model_tensors())
        self._run.report.stage("features")
        with self._restored():
            passes, gradients = self._first_batch()
        tensors |= passes
        tensors |= under("gradients", gradients)
        if self._reaches("gradients") and self._dtype == "float64":
            with self._restored():
                tensors |= under("moved-gradients", self._moved_gradients(gradients))
            # With a perturbation the question is whether the ladder finds it, not how small one it would find.
            if self._request.framework == "pytorch" and request.perturbation is None:
                tensors |= under("planted-gradients", self._planted_gradients(gradients))
        if self._reaches("optimizer"):
            with self._restored():
                tensors |= under("optimizer", self._updated(list(gradients)))
        if not self._reaches("steps"):
            return Recording(self._header(request, self._pixel_digests()), tensors)
        with self._restored():
            steps = self._take_steps()
        tensors |= steps.tensors
        tensors |= under("first-batch-norm", steps.first_statistics)
        if self._dtype == "float64":
            moved_steps = farthest_move(steps.tensors, self._take_moved_steps)
            tensors |= {f"moved-{name}": tensor for name, tensor in moved_steps.items()}
        return Recording(self._header(request, steps.pixel_digests), tensors)

    def _reaches(self, rung: RungName) -> bool:
        return RUNGS.index(self._last_rung) >= RUNGS.index(rung)

    def _pixel_digests(self) -> list[str]:
        """The digests of the batches that ten steps would be given."""
        groups = itertools.islice(self._groups(), _STEPS)
        return [digest_tensors({"pixels": batch.inputs}) for group in groups for batch, _ in group]

    @contextlib.contextmanager
    def _restored(self) -> Iterator[None]:
        """Puts model, optimiser, average and loss scaling back as they were in the beginning, bit for bit.

        Nothing is traced anew, as another start of the phase would do.
        """
        yield
        self._probe.clear_optimizer()
        self._engine.load_state(self._start)

    def _first_batch(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Features, logits and losses of the first training batch by their names in a recording, and its gradients."""
        step = self._first_step()
        passes = {}
        # Inference comes first: in training mode a pass changes the statistics that inference normalises by.
        for mode in get_args(ProbeMode):
            passes |= under(f"features/{mode}", self._probe.stage_outputs(step.inputs, mode))
            passes[f"logits/{mode}"], passes[f"loss/{mode}"] = self._probe.logits_and_losses(step, mode)
        return passes, self._gradients(step) if self._reaches("gradients") else {}

    def _first_step(self, move: Callable[[np.ndarray], np.ndarray] = lambda pixels: pixels) -> StepInputs:
        """The inputs of the first training step, on the pixels that `move` returns."""
        batch, shares = next(self._groups())[0]
        return StepInputs(
            inputs=move(batch.inputs),
            targets=self._run.targets.encode(shares),
            masks=masks_of_step(self._engine, self._request, len(batch), 0),
            learning_rate=self._phase.optimizer.learning_rate,
            divisor=None,
        )

    def _gradients(self, step: StepInputs) -> dict[str, np.ndarray]:
        """The gradients of a step, in the order of the model's tensors."""
        gradients = self._probe.gradients(step)
        return {name: gradients[name] for name in self._names if name in gradients}

    def _moved_gradients(self, plain: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The gradients on pixels moved by a hundred last places, scaled up from a move by one.

        One is enough: in a single pass from equal weights hardly any value is near enough to a kink.
        """
        moved = self._gradients(self._first_step(by_last_places(1, self._request.framework, 0)))
        return {name: of_allowance(plain[name], gradient, 1) for name, gradient in moved.items()}

    def _planted_gradients(self, plain: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Finds how far an error in the backward pass of each stage moves the gradients, by the stages' names."""
        # Imported only here, so that recording TensorFlow needs no PyTorch.
        from twintune.parity.ladder.planted_errors import changes_by_stage

        step = self._first_step()

        def compute() -> dict[str, np.ndarray]:
            with self._restored():
                return self._gradients(step)

        return dict(changes_by_stage(self._engine, self._request, plain, compute))

    def _updated(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        """The trained tensors after optimiser steps from drawn gradients.

        A single step from empty buffers would be the same whatever the momentum or the betas.
        """
        before = self._model_tensors()
        for step in range(_DRAWN_STEPS):
            gradients = {name: self._drawn_gradient(name, before[name], step) for name in names}
            self._probe.take_optimizer_step(gradients, self._phase.optimizer.learning_rate)
        after = self._model_tensors()
        return {name: after[name] for name in names}

    def _drawn_gradient(self, name: str, tensor: np.ndarray, step: int) -> np.ndarray:
        """Draws a gradient with the weights' own signs.

        If gradient and decay had opposite signs they would cancel somewhere, and Adam divides the rounding that is left
        by little more than its epsilon: 1e-19 becomes 1e-11 of the update.
        """
        scale = 10 ** generator(self._request.seeds.init, "parity", "gradient", name).uniform(*_GRADIENT_EXPONENTS)
        draw = generator(self._request.seeds.init, "parity", "gradient", name, step)
        return (scale * np.copysign(draw.standard_normal(tensor.shape), tensor)).astype(self._dtype)

    def _take_steps(self, move: Callable[[np.ndarray], np.ndarray] = lambda pixels: pixels) -> _Steps:
        """Trains for ten steps as a run does, on the pixels that `move` returns."""
        train = GroupTrainer(self._engine, self._request, self._run.targets)
        losses, digests, first_statistics = [], [], {}
        for rate, group in zip(self._rates(), self._groups(), strict=False):
            # A report is sent at each step, since cancelling is answered to reports.
            self._run.report.stage("evaluate")
            moved = [(dataclasses.replace(batch, inputs=move(batch.inputs)), shares) for batch, shares in group]
            digests += [digest_tensors({"pixels": batch.inputs}) for batch, _ in moved]
            losses.append(train(moved, rate))
            if len(losses) == 1:
                first_statistics = self._statistics()
        return _Steps(np.array(losses, self._dtype), digests, first_statistics, self._statistics())

    def _take_moved_steps(self, count: int, draw: int) -> dict[str, np.ndarray]:
        with self._restored():
            return self._take_steps(by_last_places(count, self._request.framework, draw)).tensors

    def _statistics(self) -> dict[str, np.ndarray]:
        return {name: tensor for name, tensor in self._model_tensors().items() if name.endswith(STATISTICS)}

    def _rates(self) -> list[float]:
        """The learning rates of the first ten steps; a phase that ends earlier goes on at its last rate."""
        rates = learning_rates(self._phase, math.ceil(self._run.batches / self._accumulation))
        return (rates + _STEPS * rates[-1:])[:_STEPS]

    def _groups(self) -> Iterator[Group]:
        return endless_groups(self._run.inputs.training_batches, self._accumulation)

    @property
    def _accumulation(self) -> int:
        return self._request.training.gradient_accumulation

    def _model_tensors(self) -> dict[str, np.ndarray]:
        """Copies of all tensors: the backbone's in timm's order, then the head's."""
        backbone = self._engine.backbone_tensors()
        ordered = {name: backbone[name] for name in tensor_shapes(self._request.model.backbone)}
        return {name: tensor.copy() for name, tensor in {**ordered, **self._engine.head_tensors()}.items()}

    def _header(self, request: RecordRungsRequest, pixel_digests: list[str]) -> RecordingHeader:
        run = self._request
        return RecordingHeader(
            framework=run.framework,
            precision=run.training.precision,
            trained=request.trained,
            last_rung=self._last_rung,
            pixel_digests=pixel_digests,
            library_names=self._probe.library_names(),
            evaluation=_evaluation(run.seeds.init, len(self._run.splits.classes)),
            versions=_versions(run.framework),
        )


def _evaluation(seed: int, classes: int) -> dict[str, float | None]:
    """The metrics of drawn logits, which don't depend on the model."""
    draw = generator(seed, "parity", "evaluation")
    labels = draw.integers(0, classes, _EVALUATED_IMAGES)
    return msgspec.to_builtins(evaluate_logits(3 * draw.standard_normal((_EVALUATED_IMAGES, classes)), labels))


def _versions(framework: Framework) -> str:
    known = {name.replace("_", "-") for name in MODULES[framework]}
    return ", ".join(f"{name} {version}" for name, version in versions(framework).items() if name in known)
