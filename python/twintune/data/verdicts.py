"""The verdicts of a check on each image, in columns, and the files in which they are kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL
import pyarrow
import pyarrow.feather

from twintune.data.decoding import VERSION
from twintune.system.files import read_regular, replacing

_DECODER = f"{VERSION}, Pillow {PIL.__version__}".encode()
_SCHEMA = pyarrow.schema(
    {
        "stamp": pyarrow.uint64(),
        "digest": pyarrow.binary(32),
        "width": pyarrow.int32(),
        "height": pyarrow.int32(),
        "kind": pyarrow.dictionary(pyarrow.uint8(), pyarrow.string()),
        "reason": pyarrow.string(),
    },
    {"decoder": _DECODER},
)
"""The columns of the files; a file that has others was written by another version, and its verdicts are void."""


_MOST_BYTES = 1 << 34
"""The most bytes of a file: a hundred for each of 170 million images."""
_CHECKSUM_BYTES = 16
"""The bytes at the beginning of a file that are the checksum of the rest."""


class Look(NamedTuple):
    """The verdict on one image."""

    digest: bytes
    """SHA-256 of the encoded bytes."""
    width: int
    height: int
    kind: str
    """Pillow's format and mode, such as `JPEG RGB`."""
    reason: str
    """The reason why the image can't be decoded; empty if it can."""
    lasts: bool
    """Whether the verdict holds for as long as the image doesn't change."""


@dataclass
class Verdicts:
    """The verdicts on all images of a data set."""

    stamps: np.ndarray
    """The images' stamps when they were checked; uint64, shape [images]."""
    digests: np.ndarray
    """SHA-256 of the encoded bytes; uint8, shape [images, 32]."""
    sizes: np.ndarray
    """Width and height in pixels, upright; 0 where the image can't be decoded; int32, shape [images, 2]."""
    kinds: np.ndarray
    """Each image's kind, as a position in `kind_names`; uint8, shape [images]."""
    known: np.ndarray
    """Whether each image has been checked; bool, shape [images]."""
    lasting: np.ndarray
    """Whether each verdict holds for as long as the image doesn't change; bool, shape [images]."""
    reasons: dict[int, str] = field(default_factory=dict)
    """The reason why an image can't be decoded, by its position."""
    kind_names: list[str] = field(default_factory=list)
    """The kinds of the images: Pillow's format and mode, such as `JPEG RGB`."""

    def put(self, index: int, look: Look) -> None:
        """Sets the verdict on one image."""
        if look.kind not in self.kind_names:
            self.kind_names.append(look.kind)
        self.digests[index] = np.frombuffer(look.digest, np.uint8)
        self.sizes[index] = look.width, look.height
        self.kinds[index] = self.kind_names.index(look.kind)
        self.known[index], self.lasting[index] = True, look.lasts
        if look.reason:
            self.reasons[index] = look.reason

    def readable(self) -> np.ndarray:
        """Whether each image can be decoded; bool, shape [images]."""
        readable = np.ones(len(self.stamps), dtype=bool)
        readable[list(self.reasons)] = False
        return readable


def load_verdicts(source: str, stamps: np.ndarray, cache_directory: str) -> Verdicts:
    """Loads the kept verdicts on images whose stamps have not changed; the others are unknown.

    Args:
        source: The data set's name.
        stamps: The stamps of its images now; uint64, shape [images].
        cache_directory: The folder in which verdicts are kept.
    """
    count = len(stamps)
    verdicts = Verdicts(
        stamps=stamps,
        digests=np.zeros((count, 32), np.uint8),
        sizes=np.zeros((count, 2), np.int32),
        kinds=np.zeros(count, np.uint8),
        known=np.zeros(count, bool),
        lasting=np.zeros(count, bool),
    )
    table = _read(_file(source, cache_directory))
    if table is None or len(table) == 0:
        return verdicts
    kept = table.column("stamp").to_numpy()
    order = np.argsort(kept)
    at = order[np.minimum(np.searchsorted(kept, stamps, sorter=order), len(kept) - 1)]
    found = kept[at] == stamps
    rows = at[found]
    digests = table.column("digest").combine_chunks()
    verdicts.digests[found] = np.frombuffer(digests.buffers()[1], np.uint8)[: 32 * len(kept)].reshape(-1, 32)[rows]
    verdicts.sizes[found, 0] = table.column("width").to_numpy()[rows]
    verdicts.sizes[found, 1] = table.column("height").to_numpy()[rows]
    kinds = table.column("kind").combine_chunks()
    verdicts.kind_names = kinds.dictionary.to_pylist()
    verdicts.kinds[found] = kinds.indices.to_numpy()[rows]
    verdicts.known[found] = verdicts.lasting[found] = True
    reasons = table.column("reason")
    has_reason = reasons.is_valid().to_numpy()[rows]
    for index, row in zip(np.flatnonzero(found)[has_reason], rows[has_reason], strict=True):
        verdicts.reasons[int(index)] = reasons[int(row)].as_py()
    return verdicts


def save_verdicts(source: str, verdicts: Verdicts, cache_directory: str) -> None:
    """Keeps the verdicts that last, whole or not at all; if the cache can't be written, nothing is kept."""
    lasting = np.flatnonzero(verdicts.known & verdicts.lasting)
    if not len(lasting):
        return
    table = pyarrow.table(
        {
            "stamp": verdicts.stamps[lasting],
            "digest": pyarrow.FixedSizeBinaryArray.from_buffers(
                pyarrow.binary(32), len(lasting), [None, pyarrow.py_buffer(verdicts.digests[lasting].tobytes())]
            ),
            "width": verdicts.sizes[lasting, 0],
            "height": verdicts.sizes[lasting, 1],
            "kind": pyarrow.DictionaryArray.from_arrays(verdicts.kinds[lasting], verdicts.kind_names),
            "reason": pyarrow.array([verdicts.reasons.get(int(index)) for index in lasting], pyarrow.string()),
        },
        schema=_SCHEMA,
    )
    stream = pyarrow.BufferOutputStream()
    pyarrow.feather.write_feather(table, stream, compression="uncompressed")
    content = stream.getvalue().to_pybytes()
    with contextlib.suppress(OSError), replacing(_file(source, cache_directory)) as file:
        file.write_bytes(_checksum(content) + content)


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECKSUM_BYTES).digest()


def _file(source: str, cache_directory: str) -> Path:
    return Path(cache_directory, "checks", f"{hashlib.sha256(os.fsencode(source)).hexdigest()[:32]}.arrow")


def _read(file: Path) -> pyarrow.Table | None:
    """Reads the kept verdicts; None if the file is missing, damaged, or of another version or decoder."""
    try:
        encoded = read_regular(str(file), _MOST_BYTES)
    except OSError:
        return None
    checksum, content = encoded[:_CHECKSUM_BYTES], encoded[_CHECKSUM_BYTES:]
    # Arrow trusts what it reads: a damaged table can end the process.
    if checksum != _checksum(content):
        return None
    table = pyarrow.feather.read_table(pyarrow.BufferReader(content))
    return table if table.schema.equals(_SCHEMA, check_metadata=True) else None
