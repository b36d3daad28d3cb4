"""Why a framework can't be imported, where it is installed."""

from __future__ import annotations

import importlib

import pytest
from twintune.engines import import_framework
from twintune.errors import TwintuneError


@pytest.mark.parametrize(
    ("error", "code", "words", "mend"),
    [
        (ImportError("libtorch.so: failed to map segment from shared object"), "OUT_OF_MEMORY", "torch", "memory"),
        (MemoryError(), "OUT_OF_MEMORY", "torch", "memory"),
        (OSError("libcudart.so.12: cannot open shared object"), "FRAMEWORK_MISSING", "libcudart", "--force-reinstall"),
    ],
)
def test_the_failure_says_whether_memory_is_wanting_or_the_installation_is_broken(
    monkeypatch, error: Exception, code: str, words: str, mend: str
) -> None:
    def refuse(name: str) -> None:
        raise error

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(TwintuneError) as caught:
        import_framework("pytorch")
    assert caught.value.code == code
    assert words in caught.value.message
    assert mend in (caught.value.hint or "")
