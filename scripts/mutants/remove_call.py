"""A mutation operator for cosmic-ray, which has none that leaves a statement out."""

from __future__ import annotations

from collections.abc import Iterator

import parso
from cosmic_ray.operators.operator import Example, Operator
from parso.tree import BaseNode, NodeOrLeaf


class RemoveCall(Operator):
    """Puts `pass` where a function is called and its result isn't used, as in `optimizer.step()`."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """One position for each statement that is nothing but a call."""
        if isinstance(node, BaseNode) and node.type == "simple_stmt" and _is_call(node.children[0]):
            yield node.start_pos, node.end_pos

    def mutate(self, node: BaseNode, index: int) -> BaseNode:
        """Puts `pass` in the place of the call."""
        call = node.children[0]
        statement = parso.parse("pass").children[0]
        statement.prefix = call.get_first_leaf().prefix
        statement.parent = node
        node.children[0] = statement
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What cosmic-ray documents an operator by."""
        return (Example("f(1)\n", "pass\n"),)


def _is_call(node: NodeOrLeaf) -> bool:
    if not isinstance(node, BaseNode) or node.type not in ("atom_expr", "power"):
        return False
    last = node.children[-1]
    return isinstance(last, BaseNode) and last.type == "trailer" and last.get_first_leaf().value == "("
