"""The test of one framework's model by the other, on the whole test set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from twintune.digests import digest_tensors
from twintune.evaluation.metrics import evaluate_logits
from twintune.model.tolerances import TOLERANCES
from twintune.parity.replay.differences import NOT_COMPARABLE
from twintune.protocol import CrossEvaluation
from twintune.training.context import RunContext
from twintune.training.first_stage import frozen_stages, pools_features

_LISTED = 100
"""The most images that are listed."""


def cross_evaluate(run: RunContext, judged: Path) -> CrossEvaluation:
    """Loads the judged run's model into this engine, tests it, and compares the logits with those that the run kept.

    Args:
        run: A run of this engine whose data and model are prepared.
        judged: The judged run's folder.
    """
    logits = _test(run, load_file(judged / "model" / "model.safetensors"))
    kept = load_file(judged / "predictions.safetensors")["logits"]
    bound, labels = TOLERANCES[run.request.training.precision].logits, run.splits.test.labels
    if kept.shape != logits.shape or not np.isfinite(logits).all():
        difference, scale = NOT_COMPARABLE, 1.0
        different = np.arange(len(labels))
    else:
        scale = float(max(np.abs(logits).max(initial=0), np.finfo(np.float32).tiny))
        difference = float(np.abs(kept - logits).max(initial=0)) / scale
        different = np.flatnonzero(kept.argmax(axis=1) != logits.argmax(axis=1))
    answers = [evaluate_logits(each, labels) if len(each) == len(labels) else None for each in (kept, logits)]
    listed: list[int] = different[:_LISTED].tolist()
    is_comparable = difference < NOT_COMPARABLE
    return CrossEvaluation(
        images=len(logits),
        difference=difference,
        bound=bound,
        accuracies=(_value(answers[0], "accuracy"), _value(answers[1], "accuracy")),
        losses=(_value(answers[0], "loss"), _value(answers[1], "loss")),
        different=listed,
        ties=[at for at in listed if is_comparable and _gap(logits[at]) <= 2 * bound * scale],
    )


def _test(run: RunContext, tensors: dict[str, np.ndarray]) -> np.ndarray:
    phase = run.request.training.phases[-1]
    frozen = frozen_stages(phase, run.request)
    # Activations within the backbone would take room on the disk, and no less time than the images.
    first_stage = frozen if pools_features(frozen, run.request) else 0
    head = {name: tensor for name, tensor in tensors.items() if name.startswith("head.")}
    backbone = {name: tensor for name, tensor in tensors.items() if name not in head}
    is_own = digest_tensors(backbone) == digest_tensors(run.engine.backbone_tensors())
    run.engine.start_phase(phase, first_stage)
    if not is_own:
        run.position.backbone_moved = True
    run.engine.load_state(head if is_own else tensors)
    batches = run.inputs.test_batches(first_stage)
    return np.concatenate([run.engine.predict(batch.inputs) for batch in batches])


def _gap(logits: np.ndarray) -> float:
    """The distance between the two largest logits."""
    second, first = np.partition(logits, -2)[-2:]
    return float(first - second)


def _value(metrics, name: str) -> float:
    return -1.0 if metrics is None else float(getattr(metrics, name))
