"""Tests of files of tensors: what they hold, and that equal content makes equal bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from twintune.model import tensor_files
from twintune.model.tensor_files import DamagedTensors, load_sealed, save_sealed

TENSORS = {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3), 'a "name"\n': np.zeros(3, np.int64)}
TEXTS = {name: f'{name}: "é\x01\x7f\u2028\\' for name in "abcdefgh"}


def test_equal_content_makes_equal_bytes(tmp_path: Path) -> None:
    # The library's own order of eight texts would be the same in one of 40,320 pairs of files.
    for name in "first", "second":
        save_sealed(TENSORS, tmp_path / name, TEXTS)

    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize("texts", [{}, TEXTS])
def test_file_holds_what_was_written(tmp_path: Path, texts: dict[str, str]) -> None:
    save_sealed(TENSORS, tmp_path / "file", texts)

    tensors, metadata = load_sealed(tmp_path / "file")

    assert metadata == texts
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(tensors[name], tensor)


def test_changed_bit_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    save_sealed(TENSORS, file, TEXTS)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    with pytest.raises(DamagedTensors, match="not what was written"):
        load_sealed(file)


def test_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(tensor_files, "save_file", fail)
    file = tmp_path / "model.safetensors"
    with pytest.raises(OSError, match=rf"No space left on device: '{file}'"):
        tensor_files.save_atomically({"weight": np.zeros(3, np.float32)}, file)
    assert list(tmp_path.iterdir()) == []
