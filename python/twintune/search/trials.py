"""The trials of a study: their values, the objective after each epoch, and their end."""

from __future__ import annotations

from twintune.errors import TwintuneError
from twintune.protocol import (
    AskTrialRequest,
    AskTrialResult,
    ReportTrialRequest,
    ReportTrialResult,
    TellTrialRequest,
    TellTrialResult,
)
from twintune.search.studies import OpenStudy, open_study


def ask_trial(request: AskTrialRequest) -> AskTrialResult:
    """Chooses the values of a trial.

    Args:
        request: The study, the number of the trial, and its values if they are known beforehand.

    Returns:
        The values, a number each: a choice's is its position.

    Raises:
        TwintuneError: PACKAGE_MISSING without Optuna or what its sampler needs.
    """
    return AskTrialResult(values=open_study(request.study).ask(request.trial, request.fixed))


def report_trial(request: ReportTrialRequest) -> ReportTrialResult:
    """Reports the objective of a trial after an epoch, and says whether the trial should end.

    A trial that goes on from a checkpoint reports no epoch twice: what was reported first stands.
    """
    study = open_study(request.study)
    trial = _require(study, request.trial)
    frozen = study.study._storage.get_trial(trial._trial_id)
    if frozen.state.is_finished():
        return ReportTrialResult(prunes=False)
    if request.epoch not in frozen.intermediate_values:
        trial.report(request.value, request.epoch)
    return ReportTrialResult(prunes=bool(trial.should_prune()))


def tell_trial(request: TellTrialRequest) -> TellTrialResult:
    """Tells the end of a trial; one that has ended before stays as it is."""
    from optuna.trial import TrialState

    study = open_study(request.study)
    trial = _require(study, request.trial)
    state = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "fail": TrialState.FAIL}[request.state]
    values = request.value if state is TrialState.COMPLETE else None
    study.study.tell(trial.number, values, state=state, skip_if_finished=True)
    return TellTrialResult()


def _require(study: OpenStudy, number: int):
    trial = study.find(number)
    if trial is None:
        raise TwintuneError("INTERNAL", f"The study {study.request.name} has no trial {number}.")
    return trial
