"""Duplicate images, found by the hash of their bytes."""

from __future__ import annotations

import numpy as np

from twintune.data.strings import Strings


def find_duplicates(digests: np.ndarray) -> list[np.ndarray]:
    """Groups equal images.

    Args:
        digests: SHA-256 of each image; uint8, shape [images, 32].

    Returns:
        The ascending positions of each group of equal images; groups are ordered by their first position.
    """
    words = np.ascontiguousarray(digests).view(np.uint64)
    order = np.lexsort(words.T)  # stable, so that positions ascend within a group
    is_first = np.append(True, (words[order][1:] != words[order][:-1]).any(axis=1))
    starts = np.append(np.flatnonzero(is_first), len(order))
    repeated = np.flatnonzero(np.diff(starts) > 1)
    return sorted((order[starts[at] : starts[at + 1]] for at in repeated), key=lambda group: int(group[0]))


class ContentIdentities(Strings):
    """Identities of images without a name: the hash of their bytes, and a number for all but the first of equals."""

    def __init__(self, digests: np.ndarray) -> None:
        self._digests = digests
        self._numbers = np.zeros(len(digests), np.int32)
        for group in find_duplicates(digests):
            self._numbers[group] = np.arange(len(group))

    def __len__(self) -> int:
        return len(self._digests)

    def at(self, position: int) -> str:
        """The identity at a position, from 0."""
        content, number = self._digests[position].tobytes().hex(), self._numbers[position]
        return f"{content}#{number}" if number else content
