"""Features of one split in a safetensors file, whose header says what they depend on.

The numbers begin at a page of the file, so that the file can be memory-mapped: the system may drop the pages of a
mapping, and private memory doesn't grow with the number of images.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable
from typing import IO, Literal, NamedTuple

import msgspec
import numpy as np

from twintune.digests import RowsDigest

_PAGE = 4096
_LENGTH_BYTES = 8
"""The bytes at the beginning of a safetensors file that hold the length of its header, little-endian."""
_CHUNK = 1 << 24
_DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}


class TensorEntry(msgspec.Struct):
    """The entry of the one tensor in the header of a safetensors file."""

    dtype: Literal["F32", "F64"]
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


class Metadata(msgspec.Struct):
    """The texts in the header of a safetensors file."""

    key: str
    """The features' `FeatureKey`, as JSON."""
    pixels: str
    """Digest of the images as the backbone got them (see `RowsDigest`)."""
    crc32: str
    """The checksum of the numbers and of `pixels`, in hexadecimal."""


class Header(msgspec.Struct):
    """The header of a file of features."""

    metadata: Metadata = msgspec.field(name="__metadata__")
    features: TensorEntry


class Features(NamedTuple):
    """The features that a frozen backbone computed from the images of a split."""

    values: np.ndarray
    """A read-only memory map of shape [images, features], or [images, height, width, channels] for activations."""
    pixels: str
    """Digest of the images as the backbone got them (see `RowsDigest`)."""


class DamagedFeatures(Exception):
    """An error about a file that isn't what was written; the message says why, without a full stop."""


def write_features(
    file: IO[bytes], key: bytes, images: int, batches: Iterable[np.ndarray], pixels: RowsDigest
) -> Features:
    """Writes features batch by batch, and memory-maps them.

    Args:
        file: An empty file, open for writing and reading.
        key: The key of the features, as JSON.
        images: The number of images in all batches together.
        batches: Arrays of float32 or float64, [images, ...], at least one; they follow one another.
        pixels: The digest of the images, complete when the last batch has been taken.

    Raises:
        OSError: If there is no room for the features.
    """
    batches = iter(batches)
    first = next(batches)
    shape = (images, *first.shape[1:])
    nothing = "0" * len(pixels.hexdigest())
    # The digests in the header are known at the end only; placeholders of the same length stand in for them.
    file.write(_header(first.dtype, shape, key, nothing, checksum=0))
    checksum = 0
    for batch in itertools.chain([first], batches):
        part = np.ascontiguousarray(batch).data
        checksum = zlib.crc32(part, checksum)
        file.write(part)
    checksum = zlib.crc32(pixels.hexdigest().encode(), checksum)
    file.seek(0)
    file.write(header := _header(first.dtype, shape, key, pixels.hexdigest(), checksum))
    file.flush()
    # The file is mapped after it was written: to run out of room while writing to a mapping kills the process.
    return Features(np.memmap(file, first.dtype, "r", len(header), shape), pixels.hexdigest())


def read_features(file: IO[bytes], key: bytes) -> Features:
    """Memory-maps a file of features, after one pass over it for its checksum.

    Args:
        file: A file written by `write_features`.
        key: The key of the file's features, as JSON.

    Raises:
        DamagedFeatures: If the file is cut off, or holds other bytes than were written.
        OSError: If the file can't be read.
    """
    header, start = _read_header(file)
    tensor, metadata = header.features, header.metadata
    dtype, size = _DTYPES[tensor.dtype], tensor.data_offsets[1]
    is_whole = metadata.key.encode() == key and size == dtype.itemsize * math.prod(tensor.shape)
    if not is_whole:
        raise DamagedFeatures("its header is of other features")
    expected, actual = start + size, file.seek(0, 2)
    if actual != expected:
        raise DamagedFeatures(f"it has {actual} bytes instead of {expected}")
    file.seek(start)
    found = 0
    while part := file.read(_CHUNK):
        found = zlib.crc32(part, found)
    if f"{zlib.crc32(metadata.pixels.encode(), found):08x}" != metadata.crc32:
        raise DamagedFeatures("its checksum is another")
    return Features(np.memmap(file, dtype, "r", start, tensor.shape), metadata.pixels)


def _header(dtype: np.dtype, shape: tuple[int, ...], key: bytes, pixels: str, checksum: int) -> bytes:
    """The front of the file, padded with spaces to whole pages."""
    name: Literal["F32", "F64"] = "F32" if dtype == _DTYPES["F32"] else "F64"
    size = int(np.prod(shape)) * dtype.itemsize
    metadata = Metadata(key.decode(), pixels, f"{checksum:08x}")
    text = msgspec.json.encode(Header(metadata, TensorEntry(name, shape, (0, size))))
    padded = text.ljust(-(-(len(text) + _LENGTH_BYTES) // _PAGE) * _PAGE - _LENGTH_BYTES)
    return len(padded).to_bytes(_LENGTH_BYTES, "little") + padded


def _read_header(file: IO[bytes]) -> tuple[Header, int]:
    """The header, and the offset in bytes at which the numbers begin."""
    file.seek(0)
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    start = length + _LENGTH_BYTES
    if start % _PAGE or start > file.seek(0, 2):
        raise DamagedFeatures("its header is cut off")
    file.seek(_LENGTH_BYTES)
    try:
        header = msgspec.json.decode(file.read(length), type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedFeatures("its header can't be read") from error
    return header, start
