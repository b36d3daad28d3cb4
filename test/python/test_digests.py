"""Digests tell what differs."""

from __future__ import annotations

import msgspec
import numpy as np
from twintune.digests import ChainedDigest, RowsDigest, digest_schema, digest_shapes, digest_tensors


def chain(*arrays: np.ndarray) -> str:
    digest = ChainedDigest()
    for array in arrays:
        digest.add(array)
    return digest.hexdigest()


def test_the_chain_is_of_content_order_and_boundaries() -> None:
    a, b = np.arange(4.0), np.arange(4.0, 6.0)
    assert chain(a, b) == chain(a.copy(), b.copy())
    assert chain(a, b) != chain(b, a)
    assert chain(a, b) != chain(np.concatenate([a, b]))
    assert chain(a) != chain(a.astype(np.float32))


def rows(*parts: np.ndarray) -> str:
    digest = RowsDigest()
    for part in parts:
        digest.add(part)
    return digest.hexdigest()


def test_rows_are_the_same_however_they_were_parted() -> None:
    array = np.arange(12.0).reshape(6, 2)
    assert rows(array[:2], array[2:]) == rows(array) == rows(*np.split(array, 6))
    assert rows(array[::-1]) != rows(array)
    assert rows(array.reshape(3, 4)) != rows(array)
    assert rows(array.view(np.int64)) != rows(array)


def test_memory_order_does_not_matter() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert chain(array) == chain(np.asfortranarray(array))
    assert digest_tensors({"x": array}) == digest_tensors({"x": np.asfortranarray(array)})


def test_one_last_place_matters() -> None:
    array = np.ones(3, np.float32)
    other = array.copy()
    other[1] = np.nextafter(other[1], np.float32(2))
    assert digest_tensors({"x": array}) != digest_tensors({"x": other})


def test_names_matter_and_their_order_does_not() -> None:
    x, y = np.zeros(2), np.ones(2)
    assert digest_tensors({"a": x, "b": y}) == digest_tensors({"b": y, "a": x})
    assert digest_tensors({"a": x, "b": y}) != digest_tensors({"a": y, "b": x})
    assert digest_shapes({"a": x}) == digest_shapes({"a": y})
    assert digest_shapes({"a": x}) != digest_shapes({"a": np.zeros(3)})


def kept(
    field: str = "description", kind: type = str, within: type = int, text: str = "", default: object = ""
) -> type:
    """A type as files hold it, with a docstring and a type of its own for a part."""
    part = msgspec.defstruct("Part", [("number", within)])
    return msgspec.defstruct("Kept", [(field, kind, default), ("part", part | None, None)], namespace={"__doc__": text})


def test_a_schema_is_known_by_its_fields_and_their_meaning_whatever_it_says_of_them() -> None:
    plain = digest_schema(kept(), meaning=1)
    assert digest_schema(kept(text="A docstring."), meaning=1) == plain
    others = [kept("title"), kept(kind=int), kept(within=float), kept(default="another")]
    assert len({plain, digest_schema(kept(), meaning=2), *(digest_schema(kind, meaning=1) for kind in others)}) == 6
