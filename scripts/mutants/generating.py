"""Makes the mutants of a module with cosmic-ray's operators."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

from mutants.remove_call import RemoveCall
from mutants.sampling import Mutant, fraction

_LEFT_OUT = ("VariableReplacer", "VariableInserter")
"""Operators that draw their mistake by chance: the same mutant would be another one the next time."""

_OPERATORS: dict[str, Operator] = {
    **{
        name.rsplit("/", 1)[-1]: get_operator(name)()
        for name in operator_names()
        if name.rsplit("/", 1)[-1] not in _LEFT_OUT
    },
    "RemoveCall": RemoveCall(),
}


def mutants_of(root: Path, file: Path, seed: int) -> list[Mutant]:
    """Makes the mutants of a module, one for each place and family of operators.

    An operator such as `+` could become any of eleven others; the seed chooses one of them, or most mutants would be
    arithmetic. Type annotations get none, since nothing reads them.

    Args:
        root: The checkout.
        file: The module, relative to the checkout.
        seed: Chooses among the operators of a family.
    """
    code = (root / file).read_text()
    lines = code.splitlines()
    meaning = _meaning(code)
    counts: Counter[tuple[str, str, str]] = Counter()
    mutants = []
    for place, candidates in _candidates(code).items():
        (line, column), _ = place.span
        # Neither the line's number nor its indentation counts: both change with code that has nothing to do with it.
        column -= len(lines[line - 1]) - len(lines[line - 1].lstrip())
        name = f"{place.family} {column} {lines[line - 1].strip()}"
        candidates.sort(key=lambda candidate: fraction(seed, f"{name} {candidate.operator}"))
        mutated = next((made for made in (_mutate(code, meaning, candidate) for candidate in candidates) if made), None)
        if mutated is not None:
            operator, source = mutated
            line, before, after = _difference(code, source)
            key = (operator, before, after)
            mutants.append(Mutant(str(file), line, before, after, operator, counts[key], source))
            counts[key] += 1
    return mutants


class _Place(NamedTuple):
    """Where operators of one family can make a mistake."""

    family: str
    """Operators that put another sign in the place of one are a family: `ReplaceBinaryOperator_Add_Sub`."""
    span: tuple[tuple[int, int], tuple[int, int]]
    """The line and the column where it begins, and where it ends."""


class _Candidate(NamedTuple):
    """One mistake that could be made at a place."""

    operator: str
    occurrence: int
    """How many places the operator has before."""


def _candidates(code: str) -> dict[_Place, list[_Candidate]]:
    nodes = list(ast_nodes(get_ast(code)))
    found: dict[_Place, list[_Candidate]] = {}
    for name, operator in _OPERATORS.items():
        spans = [span for node in nodes for span in operator.mutation_positions(node) or ()]
        for occurrence, span in enumerate(spans):
            found.setdefault(_Place(name.split("_", 1)[0], span), []).append(_Candidate(name, occurrence))
    return found


def _mutate(code: str, meaning: str | None, candidate: _Candidate) -> tuple[str, str] | None:
    """The operator and the source that it makes; None where the source is no Python, or means what the code means."""
    try:
        mutated = mutate_code(code, _OPERATORS[candidate.operator], candidate.occurrence)
    except AttributeError:  # cosmic-ray 8.7 can't replace an exception with a dot in its name
        return None
    if mutated is None or _meaning(mutated) in (None, meaning):
        return None
    return candidate.operator, mutated


def _meaning(code: str) -> str | None:
    """What Python makes of the code, but for annotations; None if it isn't Python."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def _difference(code: str, mutated: str) -> tuple[int, str, str]:
    """The number of the first line that differs, and the lines that do, before and after."""
    before, after = code.splitlines(), mutated.splitlines()
    first = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    last = next(i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b)
    return first + 1, _joined(before[first : len(before) - last]), _joined(after[first : len(after) - last])


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)
