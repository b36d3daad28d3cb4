"""The parts that the messages of a search share: the twin of `src/protocol/study.ts`."""

from __future__ import annotations

from typing import Literal

from twintune.protocol.message import Message

Sampling = Literal["tpe", "gp", "qmc", "random"]

Pruning = Literal["none", "median", "hyperband"]


class FloatParameter(Message, tag_field="kind", tag="float"):
    """A number from `low` to `high`, drawn evenly, or evenly on a logarithmic scale."""

    path: str
    low: float
    high: float
    log: bool


class IntParameter(Message, tag_field="kind", tag="int"):
    """A whole number from `low` to `high`, both included."""

    path: str
    low: int
    high: int


class ChoiceParameter(Message, tag_field="kind", tag="choice"):
    """One of `count` values, which is known here by its position alone, from 0."""

    path: str
    count: int


StudyParameter = FloatParameter | IntParameter | ChoiceParameter


class Study(Message):
    """A study of Optuna: where it is stored, what it searches and how.

    `epochs` is the largest number of epochs of a trial.
    """

    storage: str
    name: str
    direction: Literal["maximize", "minimize"]
    sampler: Sampling
    seed: int
    pruning: Pruning
    epochs: int
    parameters: list[StudyParameter]
