"""A run reads from its live model whether it validates and ends with averaged weights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import MOSTLY_PYTORCH, PHASE, RESNET
from twintune.protocol import RunRequest, TrainedPhase
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_weights_are_those_of_the_steps_unless_an_average_is_kept(
    framework: str, make_request: Callable[..., RunRequest]
) -> None:
    plain, averaged = _phase(make_request(framework, model=RESNET)), _phase(_with_average(make_request, framework))
    assert (plain.validated_weights, plain.final_weights) == ("of the steps", "of the steps")
    assert (averaged.validated_weights, averaged.final_weights) == ("averaged", "averaged")


def test_an_average_that_is_not_used_is_found_out(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintune.engines.pytorch.ema import WeightAverage

    monkeypatch.setattr(WeightAverage, "swap", lambda self: None)
    monkeypatch.setattr(WeightAverage, "adopt", lambda self: None)
    phase = _phase(_with_average(make_request, "pytorch"))
    assert (phase.validated_weights, phase.final_weights) == ("of the steps", "of the steps")


def test_an_average_that_stands_in_for_the_head_alone_is_found_out(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintune.engines.pytorch.ema import WeightAverage

    def swap_head(self: WeightAverage) -> None:
        for name, parameter in self._parameters.items():
            if name.startswith("head."):
                self.averages[name], parameter.data = parameter.data, self.averages[name]

    monkeypatch.setattr(WeightAverage, "swap", swap_head)
    phase = {**PHASE, "epochs": 2, "trainable": {"lastStages": 1}}
    request = make_request("pytorch", model=RESNET, training={"ema": {"decay": 0.9}, "phases": [phase]})
    assert _phase(request).validated_weights == "averaged in part"


def test_an_average_that_is_moved_once_more_as_it_is_adopted_is_found_out(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintune.engines.pytorch.ema import WeightAverage

    adopt = WeightAverage.adopt

    def move_and_adopt(self: WeightAverage) -> None:
        self.update()
        adopt(self)

    monkeypatch.setattr(WeightAverage, "adopt", move_and_adopt)
    assert _phase(_with_average(make_request, "pytorch")).final_weights == "of the steps"


def _with_average(make_request: Callable[..., RunRequest], framework: str) -> RunRequest:
    return make_request(framework, model=RESNET, training={"ema": {"decay": 0.9}, "phases": [PHASE]})


def _phase(request: RunRequest) -> TrainedPhase:
    (phase,) = run(request, lambda report: None).facts.phases
    return phase
