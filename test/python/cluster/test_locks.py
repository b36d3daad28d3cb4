"""A lock is somebody else's only where the system says so."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest
from twintune.cluster.locks import is_locked, lock


def test_a_file_is_locked_until_its_holder_closes_it(tmp_path: Path) -> None:
    file = str(tmp_path / "lock")
    taken = lock(file)
    assert taken is not None
    assert lock(file) is None
    assert is_locked(file)
    taken.close()
    assert not is_locked(file)


def test_a_file_system_without_locks_fails_with_the_file_and_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="locks") as caught:
        lock(str(tmp_path / "lock"))
    assert caught.value.filename == str(tmp_path / "lock")
