"""A fault: one mistake in the Python of one framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Framework = Literal["pytorch", "tensorflow"]

RUNG = "verify: "
"""The beginning of a `shown_by` that names a rung of the parity ladder instead of a row of the contract."""


@dataclass(frozen=True)
class Fault:
    """One mistake: a text of one module that is replaced when the framework's Python imports the module."""

    name: str
    """The mistake's name in kebab case, which it may share with the same mistake in the other framework."""
    framework: Framework
    """The framework whose Python gets the fault; the other one's stays right."""
    module: str
    """The dotted name of a module, of twintune or of an installed library."""
    before: str
    """The text to replace, which the module has exactly once."""
    after: str
    wrong: str
    """A sentence that says what the framework does wrong."""
    spec: str
    """The name of the specification that is run (see `faults.specifications`)."""
    shown_by: str | None
    """The contract row that should show the fault, or `verify: RUNG`; None if nothing can."""
    unseen_because: str = ""
    """A sentence that says why nothing shows the fault; empty unless `shown_by` is None."""

    @property
    def id(self) -> str:
        """The fault's name in the whole catalog."""
        return f"{self.name}-{self.framework}"

    @property
    def rung(self) -> str | None:
        """The rung of the ladder that should show the fault, if one should."""
        return self.shown_by.removeprefix(RUNG) if self.shown_by and self.shown_by.startswith(RUNG) else None
