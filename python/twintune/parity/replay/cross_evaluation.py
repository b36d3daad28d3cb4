"""The evaluation of one framework's models by the other, on the whole test and validation sets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from twintune.data.loader import Batch
from twintune.digests import digest_tensors
from twintune.errors import TwintuneError
from twintune.evaluation.evaluation import (
    describe_evaluation,
    evaluation_file_of,
    find_misreported,
    prediction_table_of,
    predictions_file_of,
)
from twintune.evaluation.metrics import evaluate_logits
from twintune.evaluation.prediction_table import find_other_columns
from twintune.model.model_file import describe_model, find_misdescribed, model_file_of, read_description
from twintune.model.precision import is_half
from twintune.model.tensor_files import DamagedTensors, SealedTensors, load_sealed
from twintune.model.tolerances import NOT_COMPARABLE, TOLERANCES
from twintune.protocol import CrossEvaluation, Evaluation, EvaluationMetrics, SplitName
from twintune.training.context import RunContext
from twintune.training.first_stage import frozen_stages, pools_features

_LISTED = 100
"""The most images with another answer that a test lists."""


class CrossEvaluator:
    """Tests models of the other framework's runs, one after the other.

    The runs share their data and all but their weights, so that the features of a backbone that none of them moved are
    read once.
    """

    def __init__(self, run: RunContext) -> None:
        """Begins the last phase, as whose model each other model is tested.

        Args:
            run: A run of this engine whose data and model are prepared.
        """
        self._run = run
        phase = run.request.training.phases[-1]
        frozen = frozen_stages(phase, run.request)
        # Activations within the backbone would take room on the disk, and no less time than the images.
        self._first_stage = frozen if pools_features(frozen, run.request) else 0
        moved = run.position.backbone_moved
        self._backbone = digest_tensors(run.engine.backbone_tensors()) if moved else run.record.state.weights
        self._batches: dict[str, list[Batch]] = {}
        run.engine.start_phase(phase, self._first_stage)

    def evaluate(self, judged: Path) -> CrossEvaluation:
        """Tests the model of a run, compares the logits with those that the run kept, and validates the model.

        Args:
            judged: The run's folder.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT if a file of the run is not what was written.
        """
        model, texts = _load_sealed(model_file_of(judged))
        kept = load_predictions(judged).tensors["logits"]
        self._load(model)
        logits = self._logits_of("test")
        bound, labels = TOLERANCES[self._run.request.training.precision].logits, self._run.splits.test.labels
        if kept.shape != logits.shape or not np.isfinite(logits).all():
            difference, scale = NOT_COMPARABLE, 1.0
            different = np.arange(len(labels))
        else:
            scale = float(max(np.abs(logits).max(initial=0), np.finfo(np.float32).tiny))
            difference = float(np.abs(kept - logits).max(initial=0)) / scale
            different = np.flatnonzero(kept.argmax(axis=1) != logits.argmax(axis=1))
        theirs, ours = (_metrics(each, labels) for each in (kept, logits))
        tie = 2 * bound * scale
        validation, validation_ties = self._validate(tie)
        listed: list[int] = different[:_LISTED].tolist()
        is_comparable = difference < NOT_COMPARABLE
        return CrossEvaluation(
            images=len(logits),
            difference=difference,
            bound=bound,
            metrics=(theirs, ours),
            loss_bound=self._loss_bound(tie, 0.0 if ours is None else ours.loss),
            validation=validation,
            validation_ties=validation_ties,
            different=listed,
            ties=[at for at in listed if is_comparable and _gap(logits[at]) <= tie],
            misreported=[*self._find_misdescribed(judged, texts), *self._find_misreported(judged, kept)],
        )

    def _find_misreported(self, judged: Path, logits: np.ndarray) -> list[str]:
        """Names the parts of a run's evaluation.json and predictions.csv that aren't those of its logits and images."""
        splits = self._run.splits
        if logits.shape != (len(splits.test.labels), len(splits.classes)):
            # The logits themselves are what differs.
            return []
        evaluation, table = evaluation_file_of(judged), prediction_table_of(judged)
        expected = describe_evaluation(logits, splits.test, splits.classes)
        parts = find_misreported(_load_evaluation(evaluation), expected)
        try:
            columns = find_other_columns(table, logits, splits.test, splits.classes)
        except (OSError, ValueError, csv.Error) as error:
            raise TwintuneError("CHECKPOINT_CORRUPT", f"{table} can't be read: {error}.") from error
        return [
            *(f"{part} in {evaluation.name}" for part in parts),
            *(f"{column} in {table.name}" for column in columns),
        ]

    def _find_misdescribed(self, judged: Path, texts: dict[str, str]) -> list[str]:
        """Names the fields in the header of a run's model that aren't those that the judge's own model has."""
        run, file = self._run, model_file_of(judged)
        try:
            given = read_description(texts, file)
        except TwintuneError as error:
            raise TwintuneError("CHECKPOINT_CORRUPT", error.message) from error
        wanted = describe_model(run.request, run.splits.classes, run.engine.pipeline.describe_input())
        return [f"{field} in the header of {file.name}" for field in find_misdescribed(given, wanted)]

    def _validate(self, tie: float) -> tuple[EvaluationMetrics | None, int]:
        """The metrics on the validation images, and how many answers to them are ties; none without such images."""
        split = self._run.splits.validation
        if split is None:
            return None, 0
        logits = self._logits_of("validation")
        return _metrics(logits, split.labels), sum(_gap(each) <= tie for each in logits)

    def _loss_bound(self, tie: float, loss: float) -> float:
        """The largest difference of two mean losses that rounding explains.

        A loss moves by at most twice what its logits move. In half precision that is no bound at all; there the
        errors of many images cancel in the mean, as they do in a training step.
        """
        precision = self._run.request.training.precision
        return TOLERANCES[precision].loss * max(1.0, loss) if is_half(precision) else tie

    def _load(self, tensors: dict[str, np.ndarray]) -> None:
        engine = self._run.engine
        head = {name: tensor for name, tensor in tensors.items() if name.startswith("head.")}
        backbone = digest_tensors({name: tensor for name, tensor in tensors.items() if name not in head})
        if backbone == self._backbone:
            engine.load_state(head)
        else:
            self._run.position.backbone_moved = True
            engine.load_state(tensors)
            self._backbone, self._batches = backbone, {}

    def _logits_of(self, name: SplitName) -> np.ndarray:
        return np.concatenate([self._run.engine.predict(batch.inputs) for batch in self._batches_of(name)])

    def _batches_of(self, name: SplitName) -> Iterable[Batch]:
        """A split's features, kept for the next model of the same backbone, or its images."""
        if name not in self._batches:
            split, moved = self._run.splits.named()[name], self._run.position.backbone_moved
            batches = self._run.inputs.evaluation_batches(split, self._first_stage, moved)
            if self._first_stage == 0:
                return batches
            self._batches[name] = list(batches)
        return self._batches[name]


def _load_evaluation(file: Path) -> Evaluation:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Evaluation)
    except (OSError, msgspec.MsgspecError) as error:
        raise TwintuneError("CHECKPOINT_CORRUPT", f"{file} can't be read: {error}.") from error


def _metrics(logits: np.ndarray, labels: np.ndarray) -> EvaluationMetrics | None:
    return evaluate_logits(logits, labels) if len(logits) == len(labels) and np.isfinite(logits).all() else None


def _gap(logits: np.ndarray) -> float:
    """The distance between the two largest logits."""
    second, first = np.partition(logits, -2)[-2:]
    return float(first - second)


def load_predictions(judged: Path) -> SealedTensors:
    """Loads the logits that a run gave in its test, with the digest of the images that it was of.

    Raises:
        TwintuneError: CHECKPOINT_CORRUPT if the file is not what was written.
    """
    return _load_sealed(predictions_file_of(judged))


def _load_sealed(file: Path) -> SealedTensors:
    try:
        return load_sealed(file)
    except DamagedTensors as error:
        raise TwintuneError("CHECKPOINT_CORRUPT", f"{file} can't be tested: {error}.") from error
