"""A check that the steps of an epoch tell their own outcomes, whenever these are read."""

from __future__ import annotations

from collections.abc import Sequence

from twintune.engines.engine import StepOutcome
from twintune.protocol import StateCheck
from twintune.training.context import RunContext


class ReadingCheck:
    """The check of one epoch, which reads a few outcomes again.

    Steps that are read at once must tell what each tells alone. A step that was read at once must tell the same when
    others have been taken after it: a buffer that each step overwrites, as a recorded graph of a GPU may return one,
    holds the last step's outcome for all of them.
    """

    def __init__(self, run: RunContext) -> None:
        """Begins the check of the epoch that the run is about to train."""
        self._run = run
        self._are_several_checked = False
        self._early: tuple[int, object, StepOutcome] | None = None

    def keep(self, step: int, handle: object, outcome: StepOutcome) -> None:
        """Keeps a step that was read before any other was taken after it.

        Args:
            step: The step's number within the epoch, from 1.
            handle: The step's handle, as the engine gave it.
            outcome: The outcome that was read from the handle.
        """
        self._early = step, handle, outcome

    def check(self, first: int, handles: Sequence[object], outcomes: Sequence[StepOutcome]) -> None:
        """Reads outcomes again, one by one, and keeps the first that has changed in the run's record.

        Several steps are read at once in runs that keep none: a step that is kept is read by itself.

        Args:
            first: The number of the first step that has just been read.
            handles: The handles of the steps, which have been taken after all that were read before.
            outcomes: The outcomes of the steps, as they were read at once.
        """
        epoch = self._run.position.epoch + 1
        if self._early is not None and handles:
            step, handle, outcome = self._early
            self._early = None
            self._compare(step, handle, outcome, f"when steps of epoch {epoch} had been taken after it")
        if not self._are_several_checked and len(handles) > 1:
            self._are_several_checked = True
            for index in (0, 1, len(handles) - 1):
                at = f"when several steps of epoch {epoch} were read at once"
                if not self._compare(first + index, handles[index], outcomes[index], at):
                    return

    def _compare(self, step: int, handle: object, outcome: StepOutcome, at: str) -> bool:
        """Whether a step still tells its outcome; another one is kept in the record."""
        (again,) = self._run.engine.read_steps([handle])
        if again != outcome:
            self._run.record.add_check(StateCheck(at=at, changed=f"the outcome of step {step}"))
        return again == outcome
