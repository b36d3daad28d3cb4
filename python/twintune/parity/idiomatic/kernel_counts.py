"""The kernels of a model's convolutions, in words by which two libraries can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def count_kernels(sizes: Iterable[Iterable[int]]) -> dict[str, int]:
    """Counts kernels by their size, such as `3×3`."""
    return dict(sorted(Counter("×".join(map(str, size)) for size in sizes).items()))
