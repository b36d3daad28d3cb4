"""Independent random generators, each named by what it is for.

A generator is derived from (seed, *purpose) and never shared, so that what one part draws can't move what another
part draws, and both frameworks' processes draw the same numbers.
"""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Returns the generator for a purpose, such as `generator(0, "batch order", epoch)`.

    Args:
        seed: The run's seed.
        *purpose: The words and numbers that name the generator's use; every different purpose gives an independent
        stream.
    """
    digest = hashlib.sha256(repr((seed, *purpose)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))
