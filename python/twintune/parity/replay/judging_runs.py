"""The judgement of a run of the other framework, by an engine that takes its steps and tests its model."""

from __future__ import annotations

import gc
from pathlib import Path

from twintune.data.dataset import Splits
from twintune.engines.engine import FeatureEngine
from twintune.errors import TwintuneError
from twintune.evaluation.evaluation import DATA
from twintune.parity.replay.cross_evaluation import CrossEvaluator, load_predictions
from twintune.parity.replay.replaying import Replayer
from twintune.protocol import Emit, JudgeRunRequest, JudgeRunResult, Replay
from twintune.record.kept_steps import KeptStepFiles, find_kept_steps
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.preparation import prepare


def judge_run(request: JudgeRunRequest, emit: Emit) -> JudgeRunResult:
    """Builds an engine as for its own run of the seed, and judges the other framework's run of it.

    Args:
        request: The judged run's folder, and the complete request of the judge's own run, in aligned mode.
        emit: A function that takes a progress report, and raises `Cancelled` when the judge should stop.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used; DATASET_CHANGED if a run was of other
            images; CHECKPOINT_CORRUPT if one of its files is not what was written.
    """
    gc.collect()
    judged = Path(request.judged)
    report = Reporter(emit)
    run = prepare(request.run, report, RunRecord(request.run))
    assert isinstance(run.engine, FeatureEngine), "steps are replayed in aligned mode"
    for folder in {judged, *map(Path, request.models)}:
        _require_same_images(folder, run.splits)
    replayer, replayed = Replayer(run), []
    for step in _steps_of(judged, request.replay):
        # Cancelling is answered to reports.
        report.stage("evaluate")
        if request.replay == "own":
            replayer.take_in_float64(step)
        else:
            replayed.append(replayer.replay(step))
    evaluations = []
    evaluator = CrossEvaluator(run) if request.models else None
    for model in request.models:
        report.stage("evaluate")
        assert evaluator is not None
        evaluations.append(evaluator.evaluate(Path(model)))
    if not run.position.backbone_moved:
        run.engine.keep_backbone()
    return JudgeRunResult(steps=replayed, evaluations=evaluations)


def _require_same_images(judged: Path, splits: Splits) -> None:
    if load_predictions(judged).metadata.get(DATA) != splits.digest:
        raise TwintuneError(
            "DATASET_CHANGED",
            f"The images are not those any more that {judged.name} was trained and tested on.",
            "Put them back as they were, and go on with twintune resume.",
        )


def _steps_of(judged: Path, replay: Replay) -> list[KeptStepFiles]:
    return [] if replay == "none" else find_kept_steps(judged, in_float64=replay == "float64")
