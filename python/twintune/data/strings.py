"""Sequences of many strings in little memory, and file names that may not be valid text."""

from __future__ import annotations

import abc
import os
from collections.abc import Iterable, Sequence
from typing import overload

import pyarrow


class Strings(Sequence[str], abc.ABC):
    """A sequence of strings that are made when they are asked for."""

    @abc.abstractmethod
    def at(self, position: int) -> str:
        """The string at a position, from 0."""

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index):
        """The string at a position, or the list of strings of a slice."""
        if isinstance(index, slice):
            return [self.at(position) for position in range(*index.indices(len(self)))]
        return self.at(int(index))


class CompactStrings(Strings):
    """Strings in one Arrow buffer: a list of `str` takes some 60 bytes more for each.

    File names that are not UTF-8 are kept, as `os.fsdecode` gives them.
    """

    def __init__(self, strings: Iterable[str]) -> None:
        self._array = pyarrow.array((os.fsencode(string) for string in strings), pyarrow.large_binary())

    def __len__(self) -> int:
        return len(self._array)

    def at(self, position: int) -> str:
        """The string at a position, from 0."""
        return os.fsdecode(self._array[position].as_py())

    def are_distinct(self) -> bool:
        """Whether no string is empty or there twice."""
        return len(self._array.unique()) == len(self._array) and self._array.index(b"").as_py() == -1


def printable(name: str) -> str:
    r"""Makes a file's name printable, for people and for JSON: a byte that is no UTF-8 becomes `\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
