"""The one training loop: phases, epochs, steps, validation, test. Read it from top to bottom."""

from __future__ import annotations

import functools
import gc
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from twintune.data.dataset import Split
from twintune.data.problems import refuse_changed
from twintune.digests import digest_tensors
from twintune.engines.engine import FeatureEngine
from twintune.engines.loss_scaling import explain_skipped_steps
from twintune.errors import Cancelled
from twintune.evaluation.evaluation import save_evaluation
from twintune.evaluation.metrics import evaluate_logits
from twintune.model.model_file import describe_model, model_file_of, save_model
from twintune.model.phases import keeps_backbone
from twintune.model.tensor_files import in_c_order
from twintune.protocol import Emit, EpochRecord, EvaluationMetrics, Phase, RestoredWeights, RunRequest, RunResult
from twintune.record.early_stopping import Monitor, MonitorState
from twintune.record.kept_steps import StepKeeper
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.record.run_state import EpochState
from twintune.system.files import sweep_temporary
from twintune.system.other_load import OtherLoad
from twintune.training.average_check import AverageCheck
from twintune.training.continuity import Continuity
from twintune.training.epoch import TrainingEpoch, loss_not_finite
from twintune.training.features_check import features_difference
from twintune.training.first_stage import describe_input
from twintune.training.head_watch import HeadWatch
from twintune.training.preparation import prepare
from twintune.training.run_checkpoints import RunCheckpoints
from twintune.training.schedules import learning_rates
from twintune.training.step_profile import profile_steps


def run(request: RunRequest, emit: Emit) -> RunResult:
    """Trains and tests one framework with one seed.

    Args:
        request: The complete request; nothing is filled in here.
        emit: A function that takes a progress report, and raises `Cancelled` when the run should stop.

    Returns:
        The result of the run.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used, or the loss isn't finite.
    """
    # Garbage of an earlier run on this warm worker would count as this run's memory.
    gc.collect()
    # Nobody else works in the run's folder: what is left there is of an attempt that was killed.
    sweep_temporary(Path(request.run_directory), seconds=0)
    return TrainingLoop(request, Reporter(emit)).run()


class TrainingLoop:
    """The training loop of one run."""

    def __init__(self, request: RunRequest, reporter: Reporter) -> None:
        self.request = request
        self.report = reporter
        self.record = RunRecord(request)

    def run(self) -> RunResult:
        """Carries out the whole run, or what is left of it after its last checkpoint."""
        watch, phases, other_load = self.record.watch, self.request.training.phases, OtherLoad()
        self.context = run = prepare(self.request, self.report, self.record)
        self.head_watch = HeadWatch(run)
        self.average_check = AverageCheck(run, self.head_watch)
        self.checkpoints = RunCheckpoints(run, self.head_watch)
        self.resumed_from = self.checkpoints.go_on()
        if self.request.keep_steps != "none" and isinstance(run.engine, FeatureEngine):
            run.keeper = StepKeeper(Path(self.request.run_directory), is_resumed=self.resumed_from is not None)
        run.engine.device.start_memory_peak()
        self.continuity = Continuity(run)

        first = run.position.phase
        for number, phase in enumerate(phases[first - 1 :], start=first):
            self._train_phase(number, phase)
        if (skipped := run.engine.skipped_steps()) > 0:
            self.report.warning("LOSS_SCALING", explain_skipped_steps(skipped))

        self.report.stage("evaluate")
        with watch.part("evaluate"):
            test, logits = self._evaluate(run.splits.test, "the test")
        self.record.tested = len(logits)
        self.report.evaluation(test, len(run.splits.test))

        refuse_changed(run.splits)

        peak = run.engine.device.memory_peak()
        self.record.others_cpu_share = other_load.share()
        if self.request.keep_model:
            folder = Path(self.request.run_directory)
            save_evaluation(logits, run.splits.test, run.splits.classes, folder, run.splits.digest)
            self._save_model()
        if self.request.profile:
            self._profile()
        result = self.record.result(run.engine, run.splits, test, peak)
        if isinstance(run.engine, FeatureEngine) and not run.position.backbone_moved:
            run.engine.keep_backbone()
        return result

    def _train_phase(self, number: int, phase: Phase) -> None:
        """Trains the epochs of a phase, or those that are left; fewer if validation stops improving."""
        run, position, training = self.context, self.context.position, self.request.training
        state = self.resumed_from.state if self.resumed_from else None
        if state is None:
            position.start_phase(number)
        first_stage = run.inputs.first_stage_of(phase, self.record.input_of(number))
        position.backbone_moved |= not (isinstance(run.engine, FeatureEngine) and keeps_backbone(phase))
        with self.record.watch.part("firstStep"):
            facts = run.engine.start_phase(phase, first_stage)
        if self.resumed_from is None:
            check = self.continuity.check_start()
        else:
            run.engine.load_state(self.resumed_from.tensors)
            check = self.continuity.check_loaded(self.resumed_from)
            # A run that was never interrupted holds no second copy of its state, so this one lets go of it.
            self.resumed_from = None
            run.engine.device.start_memory_peak()
        run.inputs.start_phase(first_stage, position.backbone_moved)
        step_input = describe_input(first_stage, self.request)
        self.record.add_phase(number, facts, run.targets.describe(), step_input, run.inputs.feature_origin)
        self.record.add_check(check)
        self.report.phase_started(number, len(training.phases), phase, facts, step_input, run.batches)

        monitor = Monitor(training.early_stopping, state.monitor if state else MonitorState())
        under_way = state.epoch if state else None
        # The rates are for the planned epochs, however many there will be.
        steps = math.ceil(run.batches / training.gradient_accumulation)
        rates = learning_rates(phase, steps)
        is_cold = True
        while not position.phase_ended:
            epoch_rates = rates[position.epoch * steps :][:steps]
            save = functools.partial(self._save_within_epoch, monitor)
            epoch = TrainingEpoch(run, phase, epoch_rates, under_way, save)
            epoch.train(is_cold)
            self._end_epoch(epoch, phase, epoch_rates[-1], monitor)
            under_way, is_cold = None, False
        self._end_phase(phase, monitor)

    def _end_epoch(self, epoch: TrainingEpoch, phase: Phase, learning_rate: float, monitor: Monitor) -> None:
        """Validates, decides whether the phase goes on, and keeps the epoch's record and checkpoint."""
        run, position = self.context, self.context.position
        position.epoch += 1
        position.epochs_done += 1
        self.record.watch.add("train", epoch.seconds)
        self.record.watch.add("loader", epoch.loader_seconds)
        self.head_watch.leave_epoch()
        validation, answers = None, ()
        if run.splits.validation is not None:
            where = f"the validation after phase {position.phase}, epoch {position.epoch}"
            averages = self.average_check.before_validation()
            with self.record.watch.part("validation"), run.engine.averaged_weights():
                self.average_check.tell_validated(averages)
                validation, answers = self._evaluate(run.splits.validation, where)
            monitor.update(position.epoch, validation)
        record = EpochRecord(
            phase=position.phase,
            epoch=position.epoch,
            learning_rate=learning_rate,
            train=epoch.metrics.metrics(),
            validation=validation,
            seconds=epoch.seconds,
            images_per_second=epoch.timed_images / epoch.seconds if epoch.timed_images else None,
        )
        engine = run.engine.describe_optimizer(), run.engine.describe_replicas()
        self.record.add_epoch(record, *engine, epoch.consumed, validated=len(answers))
        position.phase_ended = position.epoch == phase.epochs or monitor.why_stop() is not None
        self.checkpoints.end_epoch(monitor)
        self.head_watch.check_live()
        self.report.epoch(record, phase.epochs)

    def _save_within_epoch(self, monitor: Monitor, epoch: EpochState) -> None:
        """Writes a checkpoint within an epoch."""
        self.head_watch.leave(f"step {epoch.batches} of epoch {self.context.position.epoch + 1}")
        self.checkpoints.save(monitor, epoch)
        self.head_watch.check_live()

    def _end_phase(self, phase: Phase, monitor: Monitor) -> None:
        """Restores the best epoch's weights if the specification asks for it, and adopts their average if any."""
        position = self.context.position
        weights_of, restored = position.epoch, None
        self.record.state.trained[-1].features_difference = features_difference(self.context)
        if monitor.restores_best and monitor.best_epoch is not None and monitor.best_epoch != position.epoch:
            self.checkpoints.restore_best()
            weights_of = monitor.best_epoch
            self.head_watch.check_restored(weights_of)
            restored = self._validate_again(weights_of)
        self.average_check.adopt_average()
        self.record.end_phase(weights_of, self.context.engine.skipped_steps(), restored)
        self.continuity.leave_phase()
        ended_early = monitor.why_stop() if position.epoch < phase.epochs else None
        self.report.phase_finished(position, phase.epochs, ended_early, monitor.best_epoch, weights_of)

    def _validate_again(self, epoch: int) -> RestoredWeights:
        """Validates the restored weights of an epoch, which shows whether they are its weights.

        It is a check of the run and no part of it: the pixels are in the record's digests already, and no clock runs.
        """
        run, phase = self.context, self.context.position.phase
        assert run.splits.validation is not None, "without a validation there is no best epoch"
        where = f"the validation of the weights of phase {phase}, epoch {epoch}, once they were restored"
        with run.engine.averaged_weights():
            metrics, _ = self._evaluate(run.splits.validation, where, is_recorded=False)
        recorded, is_of_process = self.record.recorded_loss(phase, epoch), self.head_watch.knows(epoch)
        return RestoredWeights(recorded=recorded, measured=metrics.loss, in_one_process=is_of_process)

    def _evaluate(self, split: Split, where: str, is_recorded: bool = True) -> tuple[EvaluationMetrics, np.ndarray]:
        """Evaluates a split in inference mode.

        Args:
            split: The split.
            where: The name of the evaluation in the error if the outputs aren't finite.
            is_recorded: Whether the split's pixels are added to the record's digests.

        Returns:
            The metrics and the logits.
        """
        logits, done = [], 0
        for batch in self.context.inputs.ordered_batches(split, is_recorded):
            logits.append(self.context.engine.predict(batch.inputs))
            done += len(batch)
            self.report.stage_progress("evaluate", done, len(split))
        outputs = np.concatenate(logits)
        if not np.isfinite(outputs).all():
            raise loss_not_finite(f"The model's outputs are not finite in {where}.")
        return evaluate_logits(outputs, split.labels), outputs

    def _save_model(self) -> None:
        """Writes the trained tensors, in aligned mode by timm's names, with what is needed to use them."""
        folder = Path(self.request.run_directory)
        engine = self.context.engine
        description = describe_model(self.request, self.context.splits.classes, engine.pipeline.describe_input())
        tensors = in_c_order({**engine.backbone_tensors(), **engine.head_tensors()})
        # Hashing and writing run side by side: they take equally long, and both release Python's global lock.
        with ThreadPoolExecutor(1) as hasher:
            digest = hasher.submit(digest_tensors, tensors)
            save_model(tensors, description, model_file_of(folder))
            self.record.model = digest.result()
        self.report.checkpoint(f"{folder.name}/model/model.safetensors")

    def _profile(self) -> None:
        """Profiles the steps; the run is complete by then, and stands even if this fails."""
        try:
            self.record.profile = profile_steps(self.context)
        except Cancelled:
            raise
        except Exception as error:
            self.report.warning("PROFILE", f"The steps could not be profiled: {type(error).__name__}: {error}")
