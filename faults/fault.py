"""A fault: one mistake in the Python of one framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

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


class Place(NamedTuple):
    """The place of a mistake in one framework: the module and its texts, as `Fault` has them."""

    module: str
    before: str
    after: str


def in_shared_code(
    *, name: str, wrong: str, spec: str, shown_by: str | None, place: Place, unseen_because: str = ""
) -> list[Fault]:
    """Makes the faults of one mistake in a module that both frameworks' Pythons run (see `in_both`)."""
    return in_both(
        name=name,
        wrong=wrong,
        spec=spec,
        shown_by=shown_by,
        pytorch=place,
        tensorflow=place,
        unseen_because=unseen_because,
    )


def in_both(
    *,
    name: str,
    wrong: str,
    spec: str,
    shown_by: str | None,
    pytorch: Place,
    tensorflow: Place,
    unseen_because: str = "",
) -> list[Fault]:
    """Makes the faults of one mistake that either framework can have, PyTorch's first.

    Args:
        name: The mistake's name in kebab case.
        wrong: A sentence that says what the framework does wrong.
        spec: The name of the specification that is run.
        shown_by: The contract row or rung that should show the fault; None if nothing can.
        pytorch: The place of the mistake in PyTorch's Python.
        tensorflow: The place of the mistake in TensorFlow's Python.
        unseen_because: A sentence that says why nothing shows the fault.
    """
    places: dict[Framework, Place] = {"pytorch": pytorch, "tensorflow": tensorflow}
    return [
        Fault(name, framework, *place, wrong, spec, shown_by, unseen_because) for framework, place in places.items()
    ]
