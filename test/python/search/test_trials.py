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


@pytest.mark.parametrize("sampler", ["tpe", "gp", "qmc"])
def test_a_sampler_draws_the_same_values_by_the_same_seed_and_goes_on_as_if_it_had_not_been_stopped(tmp_path, sampler):
    def values_of(place: str, stops: bool) -> list[list[float]]:
        folder = tmp_path / place
        folder.mkdir()
        study = study_in(folder, sampler=sampler, pruning="none")
        drawn = []
        for trial in range(1, 14):
            if stops:
                studies._OPEN.clear()
            drawn.append(ask(study, trial))
            tell(study, trial, "complete", drawn[-1][0])
        return drawn

    whole = values_of("whole", stops=False)
    assert values_of("stopped", stops=True) == whole
    assert len({tuple(each) for each in whole}) == 13
    assert all(1e-4 <= rate <= 1e-1 and width in (0, 1, 2) for rate, width in whole)


@pytest.mark.parametrize(("sampler", "package"), [("gp", "torch"), ("gp", "scipy"), ("qmc", "scipy")])
def test_what_a_sampler_needs_is_named_before_the_search_begins(tmp_path, monkeypatch, sampler, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(TwintuneError) as caught:
        ask(study_in(tmp_path, sampler=sampler), 1)
    assert caught.value.code == "PACKAGE_MISSING"
    assert f"The sampler {sampler} needs the Python package '{package}'" in str(caught.value)
    assert f"pip install {package}" in str(caught.value.hint)


def test_what_a_killed_process_was_about_to_begin_is_handed_to_no_other_trial(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    ask(study, 1, [0.01, 1.0])
    studies.open_study(study).study.enqueue_trial({"rate": 0.09, "width": 2})
    studies._OPEN.clear()
    assert ask(study, 2, [0.02, 0.0]) == [pytest.approx(0.02), 0]


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
