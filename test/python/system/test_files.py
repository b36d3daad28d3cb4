"""A file is there whole, or as it was before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from twintune.system.files import replacing, sweep_temporary


def test_a_file_takes_the_place_of_the_old_one_when_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file.json"
    for text in ["old", "new"]:
        with replacing(file) as temporary:
            temporary.write_text(text)
    assert file.read_text() == "new"
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_fails_half_way_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(file) as temporary:
        temporary.write_text("ne")
        raise ZeroDivisionError
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_may_be_read_by_whom_the_user_lets(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    with replacing(tmp_path / "file.json") as temporary:
        temporary.touch(mode=0o600)
    assert (tmp_path / "file.json").stat().st_mode == plain.stat().st_mode


def test_what_a_killed_process_left_is_swept_when_it_is_old_enough(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    old, fresh = tmp_path / "model" / ".a.safetensors-1.tmp", tmp_path / ".b.safetensors-2.tmp"
    for file in (old, fresh, tmp_path / "notes.tmp"):
        file.touch()
    os.utime(old, (0, 0))
    sweep_temporary(tmp_path)
    assert [old.exists(), fresh.exists()] == [False, True]
    sweep_temporary(tmp_path, seconds=0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "notes.tmp"]
    sweep_temporary(tmp_path / "nowhere")
