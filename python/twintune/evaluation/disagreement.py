"""The disagreement of two trained models on a test's images, and a test of whether one is right more often."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twintune.data.checking import progress_reports
from twintune.data.dataset import Split
from twintune.data.splits import open_splits
from twintune.errors import Cancelled, TwintuneError
from twintune.evaluation.metrics import answers
from twintune.model.tensor_files import DamagedTensors, load_sealed
from twintune.protocol import (
    Answer,
    ComparePredictionsRequest,
    ComparePredictionsResult,
    DisagreeingImage,
    EmitChecked,
    ListingRequest,
)
from twintune.system.files import replacing

_LONGEST_SIDE = 96


@dataclass(frozen=True)
class Predictions:
    """The predictions of one model for a test's images; arrays of shape [images]."""

    labels: np.ndarray
    predicted: np.ndarray
    """The predicted classes' indices."""
    probabilities: np.ndarray
    """The softmax probabilities of the predicted classes, in float64."""


def compare_predictions(request: ComparePredictionsRequest, emit: EmitChecked) -> ComparePredictionsResult:
    """Compares the predictions of two models image by image.

    The images are counted even if they can't be named and shown because the data have changed since the test.

    Args:
        request: The predictions of two runs of one seed, and the data set that the images are named and shown from.
        emit: A function that takes reports on how many images have been checked; it may raise `Cancelled`.

    Raises:
        TwintuneError: PREDICTIONS_UNUSABLE if the predictions can't be read or are of different images.
    """
    first, second = _read(Path(request.first)), _read(Path(request.second))
    if not np.array_equal(first.labels, second.labels):
        raise _unusable(f"{request.first} and {request.second} are not of the same images in the same order")
    first_right, second_right = first.predicted == first.labels, second.predicted == second.labels
    only_first, only_second = int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    listed, problem = _list(first, second, request.listing, emit) if request.listing else ([], None)
    return ComparePredictionsResult(
        images=len(first.labels),
        different=int((first.predicted != second.predicted).sum()),
        both_right=int((first_right & second_right).sum()),
        only_first_right=only_first,
        only_second_right=only_second,
        both_wrong=int((~first_right & ~second_right).sum()),
        p_value=mcnemar_p(only_first, only_second),
        listed=listed,
        problem=problem,
    )


def mcnemar_p(only_first: int, only_second: int) -> float:
    """The p-value of McNemar's test (1947; exact, by the binomial distribution) of two models on the same images.

    Under the hypothesis that both err equally often, an image that only one of them is right about is as likely to be
    the one's as the other's.

    Args:
        only_first: Images that only the first is right about.
        only_second: Images that only the second is right about.

    Returns:
        The two-sided p-value, 0 to 1; 1 if there is no image that only one of the two is right about.
    """
    from scipy.stats import binomtest

    discordant = only_first + only_second
    return float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0


def most_certain_first(first: Predictions, second: Predictions) -> np.ndarray:
    """Positions of the images with different predictions, by the probability that the less certain model gives.

    The highest probability comes first; images of equal probability stay in the order of the test.
    """
    positions = np.flatnonzero(first.predicted != second.predicted)
    certainty = np.minimum(first.probabilities, second.probabilities)[positions]
    return positions[np.argsort(-certainty, kind="stable")]


def _read(file: Path) -> Predictions:
    try:
        tensors = load_sealed(file).tensors
        logits, labels = tensors["logits"], tensors["labels"]
    except (DamagedTensors, KeyError) as error:
        raise _unusable(f"{file} can't be read, or is not what was written") from error
    return Predictions(labels, *answers(logits))


def _unusable(reason: str) -> TwintuneError:
    return TwintuneError(
        "PREDICTIONS_UNUSABLE", f"The answers of two runs can't be compared: {reason}.", "Carry the runs out again."
    )


def _list(
    first: Predictions, second: Predictions, request: ListingRequest, emit: EmitChecked
) -> tuple[list[DisagreeingImage], str | None]:
    """The images with different predictions, and the reason why they could not be named and shown, if any."""
    positions, classes = most_certain_first(first, second), request.classes
    if len(positions) == 0:
        return [], None
    test, problem = _open_test(request, first.labels, emit)
    shown: dict[int, str] = {}
    if test is not None:
        shown, problem = _draw_thumbnails(test, positions[: request.thumbnails], Path(request.folder))
    listed = [
        DisagreeingImage(
            position=position,
            image=None if test is None else test.describe(position),
            label=classes[first.labels[position]],
            first=Answer(classes[first.predicted[position]], float(first.probabilities[position])),
            second=Answer(classes[second.predicted[position]], float(second.probabilities[position])),
            thumbnail=shown.get(position),
        )
        for position in map(int, positions)
    ]
    return listed, problem


def _open_test(request: ListingRequest, labels: np.ndarray, emit: EmitChecked) -> tuple[Split | None, str | None]:
    """The test split if its images are still the same, else the reason why it can't be used."""
    try:
        splits = open_splits(request.dataset, request.split_seed, request.cache_directory, progress_reports(emit))
    except Cancelled:
        raise
    except TwintuneError as error:
        return None, error.message
    if splits.membership != request.membership or not np.array_equal(splits.test.labels, labels):
        return None, "The data are no longer those that the runs were tested on."
    return splits.test, None


def _draw_thumbnails(test: Split, positions: np.ndarray, folder: Path) -> tuple[dict[int, str], str | None]:
    """Names of PNG files by position, and the reason why an image has none, if any."""
    shutil.rmtree(folder, ignore_errors=True)
    files: dict[int, str] = {}
    for position in map(int, positions):
        try:
            image = test.open(position)
        except TwintuneError as error:
            return files, error.message
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        name = f"{position:04d}.png"
        with replacing(folder / name) as temporary:
            image.save(temporary, format="PNG")
        files[position] = name
    return files, None
