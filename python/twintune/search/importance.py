"""The importance of a study's parameters."""

from __future__ import annotations

from twintune.protocol import WeighParametersRequest, WeighParametersResult
from twintune.search.studies import open_study

_FEWEST = 4
"""The fewest finished trials of which importance is told: of fewer it would be a throw of dice."""


def weigh_parameters(request: WeighParametersRequest) -> WeighParametersResult:
    """Weighs the parameters of a study by Optuna's PED-ANOVA.

    Args:
        request: The study.

    Returns:
        The share of each parameter, from 0 to 1 and in all 1, or the reason why there is none.

    Raises:
        TwintuneError: PACKAGE_MISSING without Optuna.
    """
    study = open_study(request.study)
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    finished = study.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(finished) < _FEWEST:
        return _without(f"only {len(finished)} of its trials have finished, and it takes {_FEWEST}")
    if len({trial.value for trial in finished}) == 1:
        return _without("all of its trials came to the same objective")
    shares = get_param_importances(study.study, evaluator=PedAnovaImportanceEvaluator())
    return WeighParametersResult(
        shares=[float(shares.get(each.path, 0.0)) for each in request.study.parameters], problem=None
    )


def _without(problem: str) -> WeighParametersResult:
    return WeighParametersResult(shares=None, problem=problem)
