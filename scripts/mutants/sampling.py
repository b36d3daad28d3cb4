"""What a mutant is called and how a sample is drawn, so that two checkouts of the same source have the same sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One mistake in one line of a module."""

    file: str
    """Relative to the checkout."""
    line: int
    """From 1: the first line that the mistake changes."""
    before: str
    """The changed lines, without the spaces around them."""
    after: str
    operator: str
    """What kind of mistake it is, as cosmic-ray names it."""
    occurrence: int
    """How many earlier mutants of the file have the same operator, `before` and `after`."""
    source: str
    """The whole module with the mistake in it."""

    @property
    def id(self) -> str:
        """The mutant's name: it stays when the file is renamed, or the line moves within it."""
        key = [self.before, self.after, self.operator, self.occurrence]
        return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:12]


def draw(mutants: Iterable[Mutant], seed: int) -> list[Mutant]:
    """Orders mutants by chance: the first n are a sample of n.

    Where a mutant comes in the order depends on the seed and on its own name alone, so that one more mutant shifts
    the others but doesn't reorder them.
    """
    return sorted(mutants, key=lambda mutant: fraction(seed, mutant.id))


def fraction(seed: int, name: str) -> float:
    """A number from 0 to 1 that stands for a name under a seed, and looks as if drawn uniformly."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:6], "big") / 2**48
