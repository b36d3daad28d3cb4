"""What an engine can do is asked of the engine: a protocol that it has or hasn't."""

from __future__ import annotations

import pytest
from twintune.engines import create_engine
from twintune.engines.engine import Engine, FeatureEngine
from twintune.engines.probe import ProbedEngine

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]
HEAD = {"hidden": [], "activation": "relu", "dropout": 0.0}
LISTING = {"backbone": "mobilenetv3_small_100", "weights": {"kind": "random"}, "head": HEAD}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_aligned_engines_keep_features_and_can_be_looked_into(make_request, framework: str) -> None:
    engine = create_engine(make_request(framework), classes=3)
    assert isinstance(engine, FeatureEngine)
    assert isinstance(engine, ProbedEngine)
    assert not engine.draws_dropout


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_listings_only_train(make_request, framework: str) -> None:
    engine: Engine = create_engine(make_request(framework, mode="idiomatic", model=LISTING), classes=3)
    assert not isinstance(engine, FeatureEngine)
    assert not isinstance(engine, ProbedEngine)
    assert engine.draws_dropout
