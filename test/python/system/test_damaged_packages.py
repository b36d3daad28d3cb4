"""What an interrupted pip has left by halves is forgotten, so that it is installed anew."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest
from twintune.system.damaged_packages import forget_damaged


def install(folder: Path, name: str) -> Path:
    """Lays a package as pip does, and returns the folder of its metadata."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("x = 1\n")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    record = [f"{name}/__init__.py,sha256=x,6", f"{name}/__pycache__/__init__.cpython-311.pyc,,"]
    (metadata / "RECORD").write_text("\n".join(record) + "\n")
    return metadata


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder, metadata: (folder / "half" / "__init__.py").unlink(),
        lambda folder, metadata: (folder / "half" / "__init__.py").write_text("x"),
        lambda folder, metadata: (metadata / "RECORD").unlink(),
    ],
    ids=["a file is missing", "a file is cut short", "the list of files is missing"],
)
def test_a_package_that_lacks_files_is_forgotten_and_no_other(tmp_path: Path, damage) -> None:
    whole, half = install(tmp_path, "whole"), install(tmp_path, "half")
    assert forget_damaged([str(tmp_path)]) == []
    damage(tmp_path, half)
    assert forget_damaged([str(tmp_path)]) == ["half"]
    assert whole.is_dir()
    assert not half.exists()


def test_packages_that_the_environment_sees_and_does_not_own_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, systems = tmp_path / "own", tmp_path / "systems"
    metadata = []
    for folder in (own, systems):
        folder.mkdir()
        metadata.append(install(folder, folder.name))
        (metadata[-1] / "RECORD").unlink()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(own))
    monkeypatch.setattr(sys, "path", [str(own), str(systems)])
    assert forget_damaged() == ["own"]
    assert metadata[1].is_dir()
