from __future__ import annotations

from pathlib import Path

import pytest
from twintune import protocol
from twintune.errors import TwintuneError
from twintune.search import studies
from twintune.search.importance import weigh_parameters
from twintune.search.trials import ask_trial, report_trial, tell_trial

RATE = protocol.FloatParameter(path="rate", low=1e-4, high=1e-1, log=True)
WIDTH = protocol.ChoiceParameter(path="width", count=3)


def study_in(folder: Path, **changes) -> protocol.Study:
    fields = {
        "storage": f"sqlite:///{folder / 'optuna.db'}",
        "name": "searching",
        "direction": "maximize",
        "sampler": "tpe",
        "seed": 0,
        "pruning": "median",
        "epochs": 3,
        "parameters": [RATE, WIDTH],
    }
    return protocol.Study(**{**fields, **changes})


def ask(study: protocol.Study, trial: int, fixed: list[float] | None = None) -> list[float]:
    return ask_trial(protocol.AskTrialRequest(study=study, trial=trial, fixed=fixed)).values


def report(study: protocol.Study, trial: int, epoch: int, value: float) -> bool:
    return report_trial(protocol.ReportTrialRequest(study=study, trial=trial, epoch=epoch, value=value)).prunes


def tell(study: protocol.Study, trial: int, state, value: float | None = None) -> None:
    tell_trial(protocol.TellTrialRequest(study=study, trial=trial, state=state, value=value))


def test_a_process_that_was_started_anew_gives_a_trial_the_values_that_it_had(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    first, second = ask(study, 1), ask(study, 2)
    tell(study, 1, "complete", 0.5)
    studies._OPEN.clear()
    assert [ask(study, 1), ask(study, 2)] == [first, second]
    # Its sampler doesn't begin its draws anew.
    assert ask(study, 3) not in (first, second)
    # The end that is there stands.
    tell(study, 1, "fail")
    assert report(study, 1, 1, 0.1) is False


def test_a_trial_behind_the_median_is_pruned_and_the_parameters_are_weighed(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    for trial in range(1, 6):
        assert ask(study, trial, [0.01, float(trial % 3)]) == [pytest.approx(0.01), trial % 3]
        assert report(study, trial, 1, 0.5 + trial % 3) is False
        tell(study, trial, "complete", 0.5 + trial % 3)
    ask(study, 7, [0.01, 0.0])
    assert report(study, 7, 1, 0.1) is True
    tell(study, 7, "pruned")
    shares = weigh_parameters(protocol.WeighParametersRequest(study=study)).shares
    assert shares is not None and sum(shares) == pytest.approx(1)


def test_too_few_trials_have_no_importance(tmp_path: Path) -> None:
    result = weigh_parameters(protocol.WeighParametersRequest(study=study_in(tmp_path)))
    assert result.shares is None and "0 of its trials" in str(result.problem)


def test_without_optuna_its_requirements_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(studies.TwintuneError) as raised:
        ask(study_in(tmp_path, name="other"), 1)
    assert raised.value.code == "PACKAGE_MISSING"
    assert "requirements-sweep.txt" in str(raised.value.hint)


@pytest.mark.parametrize(
    "address", ["nonsense", "sqlite:////no/such/folder/optuna.db", "postgresql://u:secret@localhost:1/x"]
)
def test_a_storage_that_cannot_be_opened_is_refused_with_its_cause_and_without_its_password(tmp_path, address):
    with pytest.raises(TwintuneError) as caught:
        ask(study_in(tmp_path, storage=address), 1)
    assert caught.value.code == "SPEC_INVALID"
    assert "storage can't be opened" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "--storage" in caught.value.hint
