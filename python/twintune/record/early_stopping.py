"""The best epoch of a phase, and when the phase has waited long enough for a better one."""

from __future__ import annotations

import msgspec

from twintune.errors import TwintuneError
from twintune.protocol import EarlyStopping, EvaluationMetrics

_WITHOUT_A_RULE = EarlyStopping(monitor="loss", mode="auto", patience=0, min_delta=0.0, restore_best=False)


def check_watched(rule: EarlyStopping | None, has_validation: bool) -> None:
    """Checks that an early-stopping rule has validation images to watch: folders or rows may turn out to hold none.

    Raises:
        TwintuneError: SPLIT_EMPTY if there is a rule and no validation image.
    """
    if rule is None or has_validation:
        return
    raise TwintuneError(
        "SPLIT_EMPTY",
        "Early stopping watches the validation images, and the data have none.",
        "Give validation images, or a dataset.validationFraction of more than 0, or leave out training.earlyStopping.",
    )


class BestEpoch(msgspec.Struct, frozen=True):
    """The best epoch of a phase, counted from 1, and the monitored value after it."""

    epoch: int
    value: float


class MonitorState(msgspec.Struct, frozen=True):
    """The state of a monitor: what it has seen of its phase."""

    best: BestEpoch | None = None
    waited: int = 0
    """The number of epochs since the best one."""


class Monitor:
    """The monitor of one phase's validation; without a rule it tracks the least loss and stops nothing."""

    def __init__(self, rule: EarlyStopping | None, state: MonitorState) -> None:
        self.state = state
        self._rule = rule or _WITHOUT_A_RULE
        lower = self._rule.mode == "min" or (self._rule.mode == "auto" and self._rule.monitor == "loss")
        self._sign = -1 if lower else 1

    @property
    def best_epoch(self) -> int | None:
        """The best epoch so far, from 1; None before any validation."""
        return self.state.best.epoch if self.state.best else None

    @property
    def restores_best(self) -> bool:
        """Whether the phase should end with the best epoch's weights."""
        return self._rule.restore_best

    def update(self, epoch: int, validation: EvaluationMetrics) -> None:
        """Updates the best epoch by an epoch's validation.

        Args:
            epoch: The epoch's number within the phase, from 1.
            validation: The metrics after the epoch, which must be finite.
        """
        value = validation.loss if self._rule.monitor == "loss" else validation.accuracy
        best = self.state.best
        if best is None or self._sign * (value - best.value) > self._rule.min_delta:
            self.state = MonitorState(BestEpoch(epoch, value))
        else:
            self.state = MonitorState(best, self.state.waited + 1)

    def why_stop(self) -> str | None:
        """The reason why the phase should end now, for people to read; None if it should go on."""
        best, rule = self.state.best, self._rule
        if best is None or rule.patience == 0 or self.state.waited < rule.patience:
            return None
        by = f" by more than {rule.min_delta:g}" if rule.min_delta else ""
        epochs = f"{rule.patience} epoch{'s' if rule.patience > 1 else ''}"
        return f"validation {rule.monitor} did not improve on {best.value:.4f} (epoch {best.epoch}){by} in {epochs}"
