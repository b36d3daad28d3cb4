"""The judgement of the parity ladder: the results of the two engines in float64, compared rung by rung.

In float64 rounding is small, so a larger difference is one of meaning. Every rung is judged, whether or not those below
pass. A value that isn't finite never passes, nor does a tensor that one engine lacks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from twintune.parity.ladder.differences import Difference, Pair, finite_or_none, is_noise, judge, larger_of, make_rung
from twintune.parity.ladder.sensitivity import SensitivePair, judge_by_sensitivity
from twintune.parity.ladder.twin_recordings import TwinRecordings
from twintune.protocol import JudgeRungsRequest, JudgeRungsResult, Rung, RungName, Trained

EXACT = 0.0
MEANING = 1e-10
"""The bound of differences, as a share of the tensor's largest value.

Rounding comes to 1e-11 in the deepest backbone, a constant in float32 to 1e-8.
"""
ONE_STEP = 1e-12
"""The bound after optimiser steps from equal gradients, as a share of the tensor's largest value.

There is no sum over images or pixels between gradients and update.
"""

# Weights after a step are rounded, so an update that is read from them is known to this share of the largest weight.
_WEIGHT_ROUNDING = 8 * 2**-52

_MODES = ("inference", "training")


def judge_rungs(request: JudgeRungsRequest) -> JudgeRungsResult:
    """Judges two recordings in float64.

    Args:
        request: The files of the two recordings.

    Returns:
        Every rung that both recordings reach, from the bottom up. `where` is the first tensor beyond its bound, and in
        it the largest difference.
    """
    twins, trained = TwinRecordings.load(request.tensorflow, request.pytorch), request.trained
    judges: dict[RungName, Callable[[], Rung]] = {
        "pixels": lambda: _judge_pixels(twins, trained),
        "weights": lambda: judge("weights", trained, _weights(twins)),
        "features": lambda: judge("features", trained, _features(twins)),
        "logits": lambda: judge("logits", trained, _per_image(twins, "logits", ("image", "class"))),
        "loss": lambda: judge("loss", trained, _per_image(twins, "loss", ("image",))),
        "gradients": lambda: _judge_gradients(twins, trained),
        "optimizer": lambda: judge("optimizer", trained, _optimizer(twins), _note_of_still_step(twins)),
        "steps": lambda: judge_by_sensitivity("steps", trained, _steps_of_training(twins), MEANING),
        "batch-norm": lambda: _judge_batch_norm(twins, trained),
        "evaluation": lambda: judge("evaluation", trained, _evaluation(twins)),
    }
    return JudgeRungsResult(rungs=[judges[rung]() for rung in twins.rungs])


def _judge_pixels(twins: TwinRecordings, trained: Trained) -> Rung:
    """Judges the digests of pixels, which are equal or not: a difference has no size."""
    digests = twins.tensorflow.header.pixel_digests, twins.pytorch.header.pixel_digests
    batches = list(itertools.zip_longest(*digests))
    if not batches:
        return make_rung("pixels", trained, passed=False, note="No batch was recorded.")
    differing = [number for number, (ours, theirs) in enumerate(batches, start=1) if ours != theirs]
    if not differing:
        return make_rung("pixels", trained, passed=True, worst=0, limit=EXACT)
    place = Difference(np.inf, EXACT, f"batch {differing[0]}", None, None, None)
    note = f"{len(differing)} of {len(batches)} batches differ."
    return make_rung("pixels", trained, passed=False, limit=EXACT, place=place, note=note)


def _weights(twins: TwinRecordings) -> Iterator[Pair]:
    return (twins.pair(f"weights/{name}", EXACT) for name in twins.names("weights"))


def _features(twins: TwinRecordings) -> Iterator[Pair]:
    """Pairs of features, inference mode first: training mode adds nothing but the batch's statistics."""
    return (
        twins.pair(f"features/{mode}/{stage}", MEANING, axes=("image", "channel"))
        for mode in _MODES
        for stage in twins.names(f"features/{mode}")
    )


def _per_image(twins: TwinRecordings, group: str, axes: tuple[str, ...]) -> Iterator[Pair]:
    return (twins.pair(f"{group}/{mode}", MEANING, axes=axes) for mode in _MODES)


def _judge_gradients(twins: TwinRecordings, trained: Trained) -> Rung:
    """Judges gradients, and says how small an error in the backward pass of any stage they show."""
    pairs = _gradients(twins)
    rung = judge_by_sensitivity("gradients", trained, pairs, MEANING)
    smallest = _smallest_errors(twins, {pair.place: pair for pair in pairs if not pair.is_chaotic})
    if not smallest:
        return rung
    loosest = rung.limit
    rung = msgspec.structs.replace(rung, limit=finite_or_none(max(smallest)))
    if loosest is None or loosest <= MEANING:
        return rung
    note = f"An error in a single tensor's gradient, and in no other, is shown from {loosest:.1e} in the worst case."
    return msgspec.structs.replace(rung, note=f"{rung.note} {note}" if rung.note else note)


def _smallest_errors(twins: TwinRecordings, judged: dict[str, SensitivePair]) -> list[float]:
    """The smallest error in the gradient that enters a stage which takes a judged tensor beyond its bound, by stage.

    Gradients change in proportion to a small error, so that one planted error tells this of all.
    """
    names = twins.pytorch.names("gradients")
    found = []
    for stage in twins.pytorch.names("planted-gradients"):
        changes = zip(names, twins.pytorch.tensors[f"planted-gradients/{stage}"], strict=True)
        errors = [
            pair.allowance(MEANING) / change
            for name, change in changes
            if (pair := judged.get(twins.place_of(f"gradients/{name}"))) is not None and change > 0
        ]
        found.append(min(errors, default=np.inf))
    return found


def _gradients(twins: TwinRecordings) -> list[SensitivePair]:
    """Pairs of gradients from the head to the first stage, which is the order of the backward pass.

    A difference in one layer's backward pass is in the gradients of all layers before it, and in none after it. A scale
    that the next BatchNorm takes out again has almost no gradient: only the rounding of sums that cancel, which shows
    in the engine's own sensitivity.
    """
    names = twins.names("gradients")
    largest = {name: larger_of(*twins.both(f"gradients/{name}")) for name in names}
    of_model = max(largest.values(), default=0.0)
    return [
        SensitivePair(
            place=twins.place_of(f"gradients/{name}"),
            plain=twins.both(f"gradients/{name}"),
            moved=twins.both(f"moved-gradients/{name}"),
            scale=of_model if is_noise(largest[name], of_model) else None,
        )
        for name in reversed(names)
    ]


def _optimizer(twins: TwinRecordings) -> Iterator[Pair]:
    """Pairs of each tensor after three optimiser steps, and of its update in these steps.

    A step is small beside the weights: 1e-12 of a weight may be 1e-8 of its update, where a wrong constant hides. The
    update has the same bound, or a larger one where the weights' rounding hides its last places.
    """
    return (pair for name in twins.names("optimizer") for pair in _step_of(name, twins))


def _step_of(name: str, twins: TwinRecordings) -> list[Pair]:
    updates = _updates(name, twins)
    size = larger_of(*updates)
    after = twins.pair(f"optimizer/{name}", ONE_STEP)
    pairs = [after]
    if 0 < size < np.inf:
        rounding = _WEIGHT_ROUNDING * larger_of(after.tensorflow, after.pytorch) / size
        pairs.append(Pair(f"{after.place}, its update", *updates, bound=max(ONE_STEP, rounding)))
    return pairs


def _updates(name: str, twins: TwinRecordings) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The update of a tensor in each engine; None for an engine that lacks it."""

    def update(before: np.ndarray | None, after: np.ndarray | None) -> np.ndarray | None:
        if before is None or after is None or before.shape != after.shape:
            return None
        return after - before

    before, after = twins.both(f"weights/{name}"), twins.both(f"optimizer/{name}")
    return update(before[0], after[0]), update(before[1], after[1])


def _note_of_still_step(twins: TwinRecordings) -> str | None:
    names = twins.names("optimizer")
    if not names or any(larger_of(*_updates(name, twins)) > 0 for name in names):
        return None
    return "The step moves nothing, as at a learning rate of 0: the optimiser's arithmetic shows in the steps alone."


def _steps_of_training(twins: TwinRecordings) -> list[SensitivePair]:
    """Pairs of the training steps' losses, without the first step's if all others are chaotic.

    The first step's loss is computed before any update, so alone it says nothing about training.
    """
    steps = _steps(twins)
    later = steps[1:]
    return later if later and all(pair.is_chaotic for pair in later) else steps


def _steps(twins: TwinRecordings) -> list[SensitivePair]:
    losses, moved = twins.both("steps"), twins.both("moved-steps")
    count = max((len(each) for each in losses if each is not None), default=0)

    def at(step: int, each: np.ndarray | None) -> np.ndarray | None:
        return None if each is None or step >= len(each) else np.asarray(each[step])

    return [
        SensitivePair(
            place=f"step {step + 1}",
            plain=(at(step, losses[0]), at(step, losses[1])),
            moved=(at(step, moved[0]), at(step, moved[1])),
        )
        for step in range(count)
    ]


def _judge_batch_norm(twins: TwinRecordings, trained: Trained) -> Rung:
    if not any(name.endswith("running_mean") for name in twins.names("weights")):
        return make_rung("batch-norm", trained, passed=True, worst=0, note="The model has no BatchNorm.")
    return judge_by_sensitivity("batch-norm", trained, _running_statistics(twins), MEANING)


def _running_statistics(twins: TwinRecordings) -> list[SensitivePair]:
    """Pairs of running statistics, also after the first step: if ten are chaotic, only it shows a wrong momentum."""
    return [
        *_statistics_of(twins, "first-batch-norm", "after the first step"),
        *_statistics_of(twins, "batch-norm", "after all steps"),
    ]


def _statistics_of(twins: TwinRecordings, group: str, when: str) -> list[SensitivePair]:
    return [
        SensitivePair(
            place=f"{twins.place_of(f'{group}/{name}')}, {when}",
            plain=twins.both(f"{group}/{name}"),
            # Moved statistics aren't recorded after the first step, which is judged by the smallest bound.
            moved=twins.both(f"moved-{group}/{name}"),
            scale=_spread_around_zero(twins, group, name),
            axes=("channel",),
        )
        for name in twins.names(group)
    ]


def _spread_around_zero(twins: TwinRecordings, group: str, name: str) -> float | None:
    """The standard deviation for a running mean that is truly zero; None for other statistics (their own scale).

    The running mean of values that the layer before has centred is rounding noise; it is subtracted from values of that
    spread.
    """
    layer, _, kind = name.rpartition(".")
    if kind != "running_mean":
        return None
    spread = float(np.sqrt(larger_of(*twins.both(f"{group}/{layer}.running_var"))))
    return spread if is_noise(larger_of(*twins.both(f"{group}/{name}")), spread) else None


def _evaluation(twins: TwinRecordings) -> Iterator[Pair]:
    ours, theirs = twins.tensorflow.header.evaluation, twins.pytorch.header.evaluation

    def value(metrics: dict[str, float | None], name: str) -> np.ndarray | None:
        metric = metrics.get(name)
        return None if metric is None else np.asarray(metric)

    return (
        Pair(name, value(ours, name), value(theirs, name), EXACT)
        for name in theirs | ours
        if ours.get(name) is not None or theirs.get(name) is not None
    )
