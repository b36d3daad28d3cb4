"""The message that judges a run of the other framework: the twin of `src/protocol/judge-run.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message
from twintune.protocol.result import EvaluationMetrics
from twintune.protocol.run import RunRequest

Replay = Literal["none", "kept", "own", "float64"]


class JudgeRunRequest(Message):
    """A finished run of one framework, to be judged by the other: its folder, and the judge's own run of that seed.

    `models` are the folders of all runs whose models are tested. These runs differ from the judged one by their seeds
    alone, and have the same split.

    `replay` says which steps are taken again: `kept` as the run kept them; `own` in float64 by the framework of the run
    itself, which keeps them beside; `float64` these again by the judge.
    """

    run: RunRequest
    judged: str
    replay: Replay
    models: list[str]


Measure = Literal["change", "norm", "gradient", "count"]


class TensorDifference(Message):
    """The difference of a tensor after a step.

    `measure` says how it is measured: `change` by the norm of the difference, as a share of the norm of the tensor's
    change; `norm` by the difference of the norms of the two changes, as a share of the larger one; `gradient` by that
    of the norms of the two gradients; `count` is the difference of two numbers of steps.
    """

    tensor: str
    difference: float
    bound: float
    measure: Measure = "change"


class ReplayedStep(Message):
    """A step of the judged run that the judge has taken from the same state; each pair is the judged run's and its own.

    `right` are the numbers of right answers, `updates` the norms of the parameters' changes, `inputs` is the largest
    difference of features or activations, and `worst` the tensor that differs most by its bound. `loose` is the number
    of tensors whose bound is more than 30% of their change.
    """

    phase: int
    epoch: int
    step: int
    losses: tuple[float, float]
    loss_bound: float
    right: tuple[int, int]
    right_bound: int
    updates: tuple[float, float]
    inputs: float | None
    inputs_bound: float
    worst: TensorDifference
    tensors: int
    loose: int


class CrossEvaluation(Message):
    """The test of the judged run's model by the judge.

    `difference` is the largest one of two logits, as a share of the largest logit; `different` are the positions of
    images with another answer, `ties` those of them whose answers lie within rounding of each other. `metrics` are
    those of the logits that the judged run kept and those of the judge's own. `validation` are those that the judge
    finds, whose answers to `validation_ties` images are ties. `misreported` are the parts of the judged run's
    files, each with the file's name, that aren't those of its logits, its images and its specification.
    """

    images: int
    difference: float
    bound: float
    metrics: tuple[EvaluationMetrics | None, EvaluationMetrics | None]
    loss_bound: float
    validation: EvaluationMetrics | None
    validation_ties: int
    different: list[int]
    ties: list[int]
    misreported: list[str]


class JudgeRunResult(Message):
    """The judgement: the steps of the run, and the tests of the models in their order."""

    steps: list[ReplayedStep]
    evaluations: list[CrossEvaluation]
