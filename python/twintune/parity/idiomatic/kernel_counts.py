"""The kernels of a model's convolutions, in words that two libraries can be compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def count_kernels(sizes: Iterable[Iterable[int]]) -> dict[str, int]:
    """How many kernels there are of each size, such as `3×3`."""
    return dict(sorted(Counter("×".join(map(str, size)) for size in sizes).items()))
