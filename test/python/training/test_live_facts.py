"""Facts are read from the live engine: what is changed in it behind the request's back shows in them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import pytest
from reports import without_rounding
from twintune.engines import create_engine
from twintune.engines.kept_backbone import KeptBackbone
from twintune.protocol import Facts
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

Change = Callable[[Any], None]


def move_a_weight(engine: Any) -> None:
    variables = getattr(engine.model, "variables", None)
    if variables is None:
        engine.model.backbone.conv_stem.weight.data[0, 0, 0, 0] += 1
    else:
        variables["conv_stem.weight"].assign(variables["conv_stem.weight"] + 1)


def move_the_head(engine: Any) -> None:
    layer = engine.model.layers[-1]
    if hasattr(layer, "kernel"):
        layer.bias.assign(layer.bias + 1)
    else:
        layer.bias.data += 1


def change_epsilon(engine: Any) -> None:
    layer = engine.model.batch_norms[-1]
    setattr(layer, "eps" if hasattr(layer, "eps") else "epsilon", 1e-2)


def change_momentum(engine: Any) -> None:
    engine.model.batch_norms[-1].momentum = 0.5


def change_adam_s_epsilon(optimizer: Any) -> None:
    if hasattr(optimizer, "rule"):
        optimizer.rule.epsilon = 1e-2
    else:
        optimizer.param_groups[0]["eps"] = 1e-2


def change_decay(optimizer: Any) -> None:
    if hasattr(optimizer, "rule"):
        optimizer.groups[-1] = dataclasses.replace(optimizer.groups[-1], weight_decay=0.1)
    else:
        optimizer.param_groups[-1]["weight_decay"] = 0.1


@pytest.fixture(params=["tensorflow", "pytorch"])
def framework(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    # A backbone that is changed here is not for those that come after.
    monkeypatch.setattr(f"twintune.engines.{request.param}.aligned._KEPT", KeptBackbone())
    return request.param


@pytest.fixture
def facts_of(make_request, framework: str) -> Callable[[], Facts]:
    """Carries the same request out each time."""
    return lambda: run(make_request(framework), lambda report: None).facts


@pytest.fixture(scope="module")
def plain_facts(make_request_in, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Facts]:
    """The facts of a framework's run in which nothing is changed."""

    @functools.cache
    def facts_of(framework: str) -> Facts:
        return run(make_request_in(tmp_path_factory.mktemp("plain"), framework), lambda report: None).facts

    return facts_of


def changed_by(before: Facts, after: Facts) -> set[str]:
    """The facts that a change has changed; losses, which all changes do, are none."""
    before, after = without_rounding(before), without_rounding(after)
    return {name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)}


# Each run has two changes or three, each of a fact of its own: Keras takes seconds for each run.
@pytest.mark.parametrize(
    ("of_the_model", "of_the_optimizer", "facts"),
    [
        ([move_a_weight, change_epsilon], change_adam_s_epsilon, {"weights", "batch_norm", "optimizer"}),
        ([move_the_head, change_momentum], change_decay, {"head_init", "batch_norm", "optimizer"}),
    ],
)
def test_what_is_changed_once_it_is_built_is_reported_as_it_is_and_nothing_else_is(
    plain_facts,
    facts_of: Callable[[], Facts],
    framework: str,
    monkeypatch: pytest.MonkeyPatch,
    of_the_model: list[Change],
    of_the_optimizer: Change,
    facts: set[str],
) -> None:
    def create_changed(*arguments: Any) -> Any:
        engine = create_engine(*arguments)
        start_phase = engine.start_phase

        def start_and_change(*phase: Any) -> Any:
            started = start_phase(*phase)
            of_the_optimizer(engine._optimizer)
            return started

        for change in of_the_model:
            change(engine)
        engine.start_phase = start_and_change
        return engine

    before = plain_facts(framework)
    monkeypatch.setattr("twintune.training.preparation.create_engine", create_changed)
    assert changed_by(before, facts_of()) == facts
