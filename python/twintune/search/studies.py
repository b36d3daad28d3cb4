"""Studies of Optuna, opened by what a request says of them and kept open for the next request."""

from __future__ import annotations

import importlib.util
import shlex
import sys
import warnings
from typing import TYPE_CHECKING

import msgspec

from twintune.errors import TwintuneError, install_command
from twintune.protocol import FloatParameter, IntParameter, Study, StudyParameter

if TYPE_CHECKING:
    import optuna

_TRIAL = "trial"
"""The attribute of Optuna's trials that has the number of the trial in the sweep."""


class OpenStudy:
    """A study of Optuna, whose trials are found by their numbers in the sweep.

    Raises:
        TwintuneError: PACKAGE_MISSING without Optuna or what its sampler needs, SPEC_INVALID for a storage that can't
            be opened.
    """

    def __init__(self, study: Study) -> None:
        import_optuna()
        _require_packages_of(study.sampler)
        import optuna

        self.request = study
        self.study = optuna.create_study(
            storage=_open_storage(study.storage),
            study_name=study.name,
            direction=study.direction,
            pruner=_pruner(study),
            load_if_exists=True,
        )
        self.distributions = {each.path: _distribution(each) for each in study.parameters}
        trials = self.study.get_trials(deepcopy=False)
        self._ids = {trial.user_attrs[_TRIAL]: trial._trial_id for trial in trials if _TRIAL in trial.user_attrs}
        # A process that was killed as it began a trial has left one without a number, which would be handed out next.
        for trial in trials:
            if _TRIAL not in trial.user_attrs and not trial.state.is_finished():
                self.study._storage.set_trial_state_values(trial._trial_id, optuna.trial.TrialState.FAIL)

    def ask(self, number: int, fixed: list[float] | None) -> list[float]:
        """The values of a trial in the order of the parameters; a trial that is there already keeps its own."""
        known = self.find(number)
        trial = known if known is not None else self._begin(number, fixed)
        return [float(trial.params[each.path]) for each in self.request.parameters]

    def find(self, number: int) -> optuna.trial.Trial | None:
        """A trial by its number in the sweep; None if the study has none."""
        import optuna

        trial_id = self._ids.get(number)
        return None if trial_id is None else optuna.trial.Trial(self.study, trial_id)

    def _begin(self, number: int, fixed: list[float] | None) -> optuna.trial.Trial:
        # A sampler of its own for each trial: one that was started anew would draw its first values again.
        self.study.sampler = _sampler(self.request, number)
        if fixed is not None:
            values = {
                each.path: value if isinstance(each, FloatParameter) else int(value)
                for each, value in zip(self.request.parameters, fixed, strict=True)
            }
            self.study.enqueue_trial(values)
        trial = self.study.ask(self.distributions)
        trial.set_user_attr(_TRIAL, number)
        self._ids[number] = trial._trial_id
        return trial


def _open_storage(url: str) -> optuna.storages.RDBStorage:
    import optuna

    try:
        return optuna.storages.RDBStorage(url)
    except Exception as error:
        # The address may have a password in it, and is not told. SQLAlchemy's own text says little beside its cause.
        cause = error.__cause__ or error
        raise TwintuneError(
            "SPEC_INVALID",
            f"Optuna's storage can't be opened: {type(cause).__name__}: {cause}",
            "Give --storage an address as SQLAlchemy takes it, such as sqlite:////folder/sweeps.db or"
            " postgresql://user@host/name, whose driver is installed; or leave it out.",
        ) from error


_OPEN: dict[str, OpenStudy] = {}


def open_study(study: Study) -> OpenStudy:
    """Opens a study, or finds it open."""
    key = msgspec.json.encode(study).decode()
    if key not in _OPEN:
        _OPEN[key] = OpenStudy(study)
    return _OPEN[key]


def import_optuna() -> None:
    """Imports Optuna, which prints nothing of its own.

    Raises:
        TwintuneError: PACKAGE_MISSING.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"The search needs the Python package {error.name!r}, which Python doesn't find.",
            install_command("requirements-sweep.txt"),
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


_PACKAGES_OF_SAMPLERS = {"gp": ("scipy", "torch"), "qmc": ("scipy",)}
"""The packages that a sampler of Optuna needs, and that Optuna itself does without."""


def _require_packages_of(sampler: str) -> None:
    # Optuna imports them only when the sampler has trials to learn from, in the middle of a search.
    missing = [name for name in _PACKAGES_OF_SAMPLERS.get(sampler, ()) if not _is_installed(name)]
    if missing:
        python = shlex.quote(sys.executable)
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"The sampler {sampler} needs the Python package {' and '.join(map(repr, missing))}, which Python doesn't"
            " find.",
            f"{python} -m pip install {' '.join(missing)}; or another sampler, such as --set sweep.sampler=tpe",
        )


def _is_installed(package: str) -> bool:
    # A module that was set to None counts as missing for the import statement, too.
    if package in sys.modules:
        return sys.modules[package] is not None
    return importlib.util.find_spec(package) is not None


def _distribution(parameter: StudyParameter) -> optuna.distributions.BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(parameter, FloatParameter):
        return FloatDistribution(parameter.low, parameter.high, log=parameter.log)
    if isinstance(parameter, IntParameter):
        return IntDistribution(parameter.low, parameter.high)
    return CategoricalDistribution(range(parameter.count))


def _sampler(study: Study, number: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import GPSampler, QMCSampler, RandomSampler, TPESampler

    seed = (study.seed + number) % 2**32
    if study.sampler == "tpe":
        return TPESampler(seed=seed)
    if study.sampler == "gp":
        return GPSampler(seed=seed)
    if study.sampler == "qmc":
        # The points of one sequence share their seed; parameters that have no scale are drawn beside it.
        return QMCSampler(seed=study.seed, scramble=True, independent_sampler=RandomSampler(seed=seed))
    return RandomSampler(seed=seed)


def _pruner(study: Study) -> optuna.pruners.BasePruner:
    from optuna.pruners import HyperbandPruner, MedianPruner, NopPruner

    if study.pruning == "median":
        return MedianPruner()
    return HyperbandPruner(max_resource=study.epochs) if study.pruning == "hyperband" else NopPruner()
