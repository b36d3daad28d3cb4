"""A node has a file or folder of the user's machine where its own looks the same."""

from __future__ import annotations

import os
from pathlib import Path

from twintune.cluster.belongings import ANY, Belonging, belonging, is_as


def test_a_file_is_another_one_where_its_size_or_its_time_differs(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    assert belonging(str(file)) is None
    file.write_text("weights")
    found = belonging(str(file))
    assert found is not None
    assert is_as(found)
    os.utime(file, (1, 1))
    assert not is_as(found)
    file.unlink()
    assert not is_as(found)


def test_a_folder_is_another_one_where_it_holds_other_names(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    found = belonging(str(tmp_path))
    assert found is not None
    assert is_as(found)
    (tmp_path / "dogs").mkdir()
    assert not is_as(found)
    assert is_as(Belonging(str(tmp_path), ANY))


def test_a_folder_is_another_one_where_a_file_in_it_has_another_size_or_time(tmp_path: Path) -> None:
    file = tmp_path / "data-00000-of-00001.arrow"
    file.write_text("rows")
    (tmp_path / "gone").symlink_to("nowhere")
    os.utime(file, (1, 1))
    found = belonging(str(tmp_path))
    assert found is not None
    assert is_as(found)
    file.write_text("other rows")
    os.utime(file, (1, 1))
    assert not is_as(found)
    file.write_text("rows")
    os.utime(file, (2, 2))
    assert not is_as(found)
    os.utime(file, (1, 1))
    assert is_as(found)
    file.unlink()
    file.mkdir()
    os.utime(file, (1, 1))
    assert not is_as(found)


def test_a_folder_is_another_one_where_images_have_come_to_a_class_or_gone(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats/1.png").touch()
    os.utime(tmp_path / "cats", (1, 1))
    found = belonging(str(tmp_path))
    assert found is not None
    assert is_as(found)
    (tmp_path / "cats/1.png").unlink()
    assert not is_as(found)
