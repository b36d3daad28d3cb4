"""SHA-256 digests of the data and tensors that a run used: the evidence of the fairness contract."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np


class ChainedDigest:
    """A digest of a sequence of arrays: the digest of each is hashed onto the chain.

    Equal digests mean equal arrays in equal order, with equal boundaries between them.
    """

    def __init__(self, so_far: str = "00" * 32) -> None:
        """Begins a chain, or continues the chain whose `hexdigest` was `so_far`."""
        self._chain = bytes.fromhex(so_far)

    def add(self, array: np.ndarray) -> None:
        """Appends an array: its dtype, shape and bytes in C order."""
        link = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
        link.update(np.ascontiguousarray(array).data)
        self._chain = hashlib.sha256(self._chain + link.digest()).digest()

    def add_digest(self, digest: str) -> None:
        """Appends an array that is known only by its digest, in hexadecimal."""
        self._chain = hashlib.sha256(self._chain + bytes.fromhex(digest)).digest()

    def hexdigest(self) -> str:
        """The chain so far, in hexadecimal."""
        return self._chain.hex()


class RowsDigest:
    """A digest of an array that comes in parts, one after the other along its first axis.

    The dtype, the shape of a row and all bytes in C order matter; the boundaries of the parts don't.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._kind: tuple[str, tuple[int, ...]] | None = None

    def add(self, rows: np.ndarray) -> None:
        """Appends rows.

        Args:
            rows: An array of at least one axis, with the dtype and the shape of a row of earlier parts.
        """
        kind = (rows.dtype.str, rows.shape[1:])
        if self._kind is None:
            self._kind = kind
            self._digest.update(f"{kind[0]}{kind[1]}".encode())
        assert kind == self._kind, f"rows of {kind} after rows of {self._kind}"
        self._digest.update(np.ascontiguousarray(rows).data)

    def hexdigest(self) -> str:
        """The digest so far, in hexadecimal."""
        return self._digest.hexdigest()


def digest_tensors(tensors: Mapping[str, np.ndarray]) -> str:
    """Digest of named tensors in the order of their names: name, dtype, shape, bytes."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name}{tensor.dtype.str}{tensor.shape}".encode())
        digest.update(np.ascontiguousarray(tensor).data)
    return digest.hexdigest()


def digest_shapes(tensors: Mapping[str, np.ndarray]) -> str:
    """Digest of the names and shapes of tensors alone: the architecture as far as its tensors show it."""
    return digest_text(f"{name}{tensors[name].shape}" for name in sorted(tensors))


def digest_text(lines: Iterable[str]) -> str:
    """Digest of lines of text."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogateescape"))
        digest.update(b"\n")
    return digest.hexdigest()


def digest_schema(kind: Any, meaning: int) -> str:
    """Digest of a type's JSON schema: the format of files that hold its values, which changes with any of its fields.

    Docstrings don't count. A newer msgspec could describe the same type in other words; old files are then refused.

    Args:
        kind: A type that msgspec can decode.
        meaning: A number that goes up when the same fields come to mean something else, which no schema can show.
    """
    schema = _without_docstrings(msgspec.json.schema(kind))
    return digest_text([str(meaning), msgspec.json.encode(schema, order="deterministic").decode()])


def _without_docstrings(schema: Any) -> Any:
    if isinstance(schema, dict):
        # A field can be named so too; what it holds is a schema then, and no text.
        texts = {key for key in ("title", "description") if isinstance(schema.get(key), str)}
        return {key: _without_docstrings(value) for key, value in schema.items() if key not in texts}
    return [_without_docstrings(item) for item in schema] if isinstance(schema, list) else schema
