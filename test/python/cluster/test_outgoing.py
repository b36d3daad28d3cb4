"""Files of a run are set out as they are together at one moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from twintune.cluster import outgoing
from twintune.cluster.outgoing import set_out


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/last").write_text("1")
    return tmp_path / "run"


def write_while_looking(monkeypatch: pytest.MonkeyPatch, write: Callable[[], None]) -> None:
    """Has a run write just when its files have been listed."""
    name_also = outgoing.name_also

    def interrupted(file: str, name: str) -> None:
        write()
        name_also(file, name)

    monkeypatch.setattr(outgoing, "name_also", interrupted)


def test_a_checkpoint_is_not_set_out_without_the_steps_before_it(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = iter([1])

    def write() -> None:
        if next(writes, None):
            (run / "step-2").write_text("2")
            (run / "last").unlink()
            (run / "last").write_text("after step 2")

    write_while_looking(monkeypatch, write)
    out = tmp_path / "out"
    assert {file.name for file in set_out(str(run), str(out), [])} == {"last", "step-2"}
    assert {file.name: file.read_text() for file in out.iterdir()} == {"last": "after step 2", "step-2": "2"}


def test_a_run_that_never_rests_is_left_alone_until_the_next_time(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set_out(str(run), str(tmp_path / "out"), [])
    (run / "best").write_text("2")

    def write() -> None:
        with (run / "log").open("a") as log:
            log.write("x")

    with monkeypatch.context() as patched:
        write_while_looking(patched, write)
        assert set_out(str(run), str(tmp_path / "out"), before) == before
    assert {file.name for file in set_out(str(run), str(tmp_path / "out"), before)} == {"last", "best", "log"}
