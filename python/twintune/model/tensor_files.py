"""Files of tensors, written whole or not at all; some with a checksum, so that a bit which was changed is noticed."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors
from safetensors.numpy import save_file

from twintune.system.files import replacing

_CHECKSUM = "crc32"
_LENGTH_BYTES = 8  # A safetensors file begins with its header's length; https://github.com/huggingface/safetensors


class DamagedTensors(Exception):
    """An error about a file that isn't what was written; the message says why, without a full stop."""


class SealedTensors(NamedTuple):
    """The content of a file of tensors."""

    tensors: dict[str, np.ndarray]
    metadata: dict[str, str]


def save_atomically(tensors: Mapping[str, np.ndarray], file: Path, metadata: dict[str, str] | None = None) -> None:
    """Writes a safetensors file whole or not at all, with metadata in its header; equal content makes equal bytes."""
    with replacing(file) as temporary:
        try:
            save_file(in_c_order(tensors), temporary, metadata)
        except safetensors.SafetensorError as error:
            # safetensors is written in Rust and says no more of a full disk than its number.
            if (number := re.search(r"\(os error (\d+)\)", str(error))) is None:
                raise
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(file)) from error
        _sort_metadata(temporary)


def _sort_metadata(file: Path) -> None:
    """Puts the texts of a safetensors file's header in the order of their names.

    safetensors writes them in a random order, so that two runs with the same results would differ as files.
    """
    with open(file, "r+b") as written:
        length = int.from_bytes(written.read(_LENGTH_BYTES), "little")
        header = json.loads(written.read(length))
        if "__metadata__" not in header:
            return
        header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
        # The tensors come right behind the header, which so must not grow.
        if len(text) <= length:
            written.seek(_LENGTH_BYTES)
            written.write(text.ljust(length))


def in_c_order(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same tensors in C order; those whose memory is transposed are copied.

    safetensors writes the memory of a transposed array as it lies: in the wrong order, and without an error. Code that
    uses tensors more than once calls this first, since the copy takes longer than most uses of it.
    """
    return {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}


def save_sealed(tensors: Mapping[str, np.ndarray], file: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Writes a safetensors file whole or not at all, with the checksum of its tensors and texts.

    Args:
        tensors: The tensors by name.
        file: The file to write or replace.
        metadata: Texts for the header.
    """
    ordered, texts = in_c_order(tensors), dict(metadata or {})
    save_atomically(ordered, file, {**texts, _CHECKSUM: checksum_of(ordered, texts)})


def load_sealed(file: Path) -> SealedTensors:
    """Reads a file that `save_sealed` wrote.

    Raises:
        DamagedTensors: If it can't be read, or is not what was written.
    """
    try:
        with safetensors.safe_open(file, framework="np") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}
    except (safetensors.SafetensorError, OSError) as error:
        raise DamagedTensors(str(error)) from error
    if metadata.pop(_CHECKSUM, None) != checksum_of(tensors, metadata):
        raise DamagedTensors("it is not what was written")
    return SealedTensors(tensors, metadata)


def checksum_of(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None) -> str:
    """The checksum of tensors, with their names, dtypes and shapes, and of texts: eight hexadecimal digits."""
    checksum = zlib.crc32("".join(f"{name} {text}\0" for name, text in sorted((metadata or {}).items())).encode())
    for name, tensor in sorted(tensors.items()):
        checksum = zlib.crc32(f"{name} {tensor.dtype} {tensor.shape}".encode(), checksum)
        checksum = zlib.crc32(np.ascontiguousarray(tensor).data, checksum)
    return f"{checksum:08x}"
