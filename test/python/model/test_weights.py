"""Weights come from a file, a package, the hub or a seed, and a failure says which are missing."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load_file
from twintune.backbones import tensor_shapes
from twintune.errors import TwintuneError
from twintune.model.fetching import fetch_weights
from twintune.model.tensor_files import save_atomically
from twintune.model.weights import random_tensors, resolve_weights
from twintune.protocol import FetchWeightsRequest, FetchWeightsResult

HEAD = {"hidden": [], "activation": "relu", "dropout": 0.0}


def model(backbone: str, **weights) -> dict:
    return {"backbone": backbone, "weights": weights, "head": HEAD}


def failure(request) -> TwintuneError:
    with pytest.raises(TwintuneError) as caught:
        resolve_weights(request)
    return caught.value


def test_random_weights_are_of_the_seed(make_request) -> None:
    first = load_file(resolve_weights(make_request("tensorflow", seeds={"init": 1})))
    again = load_file(resolve_weights(make_request("pytorch", seeds={"init": 1})))
    other = load_file(resolve_weights(make_request("pytorch", seeds={"init": 2})))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["conv_stem.weight"], other["conv_stem.weight"])


def test_random_convolutions_keep_the_signal_s_scale() -> None:
    kernel = random_tensors("resnet18", 0)["layer4.1.conv2.weight"]
    # Kaiming over the fan-out: 512 × 3 × 3. Two million draws: the deviation is known to 0.1%.
    assert kernel.std() == pytest.approx(np.sqrt(2 / (512 * 9)), rel=0.01)


def test_the_shipped_package_gives_trained_weights(
    make_request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file of the user's that goes by the name of a module of Python's has no part in it.
    (tmp_path / "random.py").write_text("raise RuntimeError('run')")
    monkeypatch.chdir(tmp_path)
    request = make_request("tensorflow", model=model("efficientnet_lite0", kind="imagenet"), torchPython=sys.executable)
    tensors = load_file(resolve_weights(request))
    assert {name: value.shape for name, value in tensors.items()} == tensor_shapes("efficientnet_lite0")
    # A fresh network's running variances are all 1.
    assert all(value.min() >= 0 and value.std() > 0 for name, value in tensors.items() if "running_var" in name)


@pytest.mark.parametrize(
    ("last", "code", "hint"),
    [
        ("ModuleNotFoundError: No module named 'torch'", "PACKAGE_MISSING", "requirements-pytorch.txt"),
        ("importlib.metadata.PackageNotFoundError: of no such name", "PACKAGE_MISSING", "requirements-pytorch.txt"),
        ("OSError: libcudart.so.12: cannot open shared object file", "PACKAGE_MISSING", "requirements-pytorch.txt"),
        ("PermissionError: [Errno 13] Permission denied: '/cache'", "FILE_UNWRITABLE", "TWINTUNE_CACHE_DIR"),
        ("ValueError: the package has 3 tensors", "PYTHON_EXCEPTION", ""),
    ],
)
def test_why_the_shipped_package_cannot_be_read_is_told(
    make_request, tmp_path: Path, last: str, code: str, hint: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "{last}" >&2\nexit 1\n')
    python.chmod(0o755)
    wanted = model("efficientnet_lite0", kind="imagenet")
    with pytest.raises(TwintuneError, match=re.escape(last)) as caught:
        resolve_weights(make_request("tensorflow", model=wanted, torchPython=str(python)))
    assert caught.value.code == code
    assert hint in (caught.value.hint or "")


def test_a_pytorch_that_is_nowhere_is_told_of(make_request) -> None:
    wanted = model("efficientnet_lite0", kind="imagenet")
    with pytest.raises(TwintuneError) as caught:
        resolve_weights(make_request("tensorflow", model=wanted, torchPython="/nowhere/python"))
    assert caught.value.code == "INTERPRETER_MISSING"


def test_a_transposed_array_is_saved_as_it_reads(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save_atomically({"x": array}, tmp_path / "x.safetensors")
    assert np.array_equal(load_file(tmp_path / "x.safetensors")["x"], array)


def test_a_scalar_stays_a_scalar(tmp_path: Path) -> None:
    save_atomically({"count": np.array(3, np.int32)}, tmp_path / "x.safetensors")
    assert load_file(tmp_path / "x.safetensors")["count"].shape == ()


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="dtype"):
        save_atomically({"x": np.array(["text"])}, tmp_path / "x.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_given_file_is_taken(make_request, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    classifier = {"fc.weight": np.zeros((10, 512), np.float32)}
    save_atomically({**random_tensors("resnet18", 5), **classifier}, file)
    assert resolve_weights(make_request("pytorch", model=model("resnet18", kind="file", path=str(file)))) == file


def test_a_file_of_another_backbone_is_refused(make_request, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    save_atomically(random_tensors("resnet18", 5), file)
    error = failure(make_request("pytorch", model=model("resnet50", kind="file", path=str(file))))
    assert error.code == "WEIGHTS_MISMATCH"
    assert "layer1.0.conv1.weight" in error.message


def test_a_file_that_has_changed_since_it_was_taken_is_held_against_the_backbone_anew(
    make_request, tmp_path: Path
) -> None:
    file = tmp_path / "mine.safetensors"
    request = make_request("pytorch", model=model("resnet18", kind="file", path=str(file)))
    tensors = random_tensors("resnet18", 5)
    save_atomically(tensors, file)
    assert resolve_weights(request) == file
    save_atomically({**tensors, "conv1.weight": np.full_like(tensors["conv1.weight"], np.nan)}, file)
    assert failure(request).code == "WEIGHTS_MISMATCH"


def test_a_file_of_the_cache_that_is_not_what_was_written_is_made_again(make_request, tmp_path: Path) -> None:
    request = msgspec.structs.replace(make_request("pytorch"), cache_directory=str(tmp_path))
    file = resolve_weights(request)
    written = file.read_bytes()
    for damaged in (written[:-1] + bytes([written[-1] ^ 4]), written[:1000], b""):
        file.unlink()
        file.write_bytes(damaged)
        assert resolve_weights(request) == file
        assert file.read_bytes() == written
    file.unlink()
    os.mkfifo(file)
    assert resolve_weights(request).read_bytes() == written


def test_a_pickle_is_refused(make_request, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"\x80\x02}q\x00.")
    error = failure(make_request("pytorch", model=model("resnet18", kind="file", path=str(file))))
    assert error.code == "WEIGHTS_MISMATCH"
    assert "Only safetensors" in (error.hint or "")


def test_a_missing_file_is_named(make_request) -> None:
    error = failure(make_request("pytorch", model=model("resnet18", kind="file", path="/nowhere/x.safetensors")))
    assert error.code == "WEIGHTS_NOT_FOUND"


@pytest.fixture
def silent_host() -> Iterator[str]:
    """A host that takes a connection and never answers, as behind a firewall."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def without_hub(monkeypatch, cache: Path, endpoint: str) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)


def test_a_hub_that_refuses_fails_clearly(make_request, tmp_path, monkeypatch) -> None:
    without_hub(monkeypatch, tmp_path, "http://127.0.0.1:9")
    error = failure(make_request("pytorch", model=model("resnet50", kind="imagenet")))
    assert error.code == "WEIGHTS_UNAVAILABLE"
    assert "resnet50" in error.message
    assert "model.weights=random" in (error.hint or "")
    assert "safetensors" in (error.hint or "")


def test_a_hub_that_is_silent_fails(make_request, tmp_path, monkeypatch, silent_host) -> None:
    without_hub(monkeypatch, tmp_path, silent_host)
    monkeypatch.setattr("twintune.system.network.SECONDS_TO_ANSWER", 0.2)
    assert failure(make_request("pytorch", model=model("resnet50", kind="imagenet"))).code == "WEIGHTS_UNAVAILABLE"


def test_a_hub_whose_name_is_looked_up_for_ever_fails(make_request, tmp_path, monkeypatch) -> None:
    without_hub(monkeypatch, tmp_path, "http://127.0.0.1:9")
    monkeypatch.setattr("twintune.system.network.SECONDS_TO_ANSWER", 0.2)
    monkeypatch.setattr("twintune.system.network._ask", lambda url: time.sleep(30))
    error = failure(make_request("pytorch", model=model("resnet50", kind="imagenet")))
    assert "no answer" in error.message


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda kernel: kernel.astype(np.float64), "dtype F64"),
        (lambda kernel: np.full_like(kernel, np.nan), "not finite"),
        (lambda kernel: kernel[:1], "shape"),
    ],
)
def test_a_spoilt_tensor_is_named(make_request, tmp_path: Path, spoil, words: str) -> None:
    tensors = random_tensors("resnet18", 0)
    tensors["conv1.weight"] = spoil(tensors["conv1.weight"])
    save_atomically(tensors, tmp_path / "x.safetensors")
    path = str(tmp_path / "x.safetensors")
    error = failure(make_request("pytorch", model=model("resnet18", kind="file", path=path)))
    assert error.code == "WEIGHTS_MISMATCH"
    assert "conv1.weight" in error.message
    assert words in error.message


def test_a_checkpoint_in_the_hub_s_cache_needs_no_network(make_request, tmp_path, monkeypatch) -> None:
    without_hub(monkeypatch, tmp_path, "http://127.0.0.1:9")
    repository = tmp_path / "models--timm--resnet18.tv_in1k"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    save_atomically(random_tensors("resnet18", 3), repository / "snapshots" / "abc" / "model.safetensors")
    file = resolve_weights(make_request("tensorflow", model=model("resnet18", kind="imagenet")))
    assert file.is_relative_to(repository)


def test_weights_are_fetched_into_a_folder_that_any_copy_keeps_whole(make_request, tmp_path, monkeypatch) -> None:
    without_hub(monkeypatch, tmp_path / "here", "http://127.0.0.1:9")
    repository = tmp_path / "stick" / "hub" / "models--timm--resnet18.tv_in1k"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    # The hub's client keeps the file beside and links to it.
    save_atomically(random_tensors("resnet18", 3), repository / "blobs" / "1234")
    linked = repository / "snapshots" / "abc" / "model.safetensors"
    linked.parent.mkdir(parents=True)
    linked.symlink_to(repository / "blobs" / "1234")

    def fetch(folder: Path | None, download: bool) -> FetchWeightsResult:
        return fetch_weights(FetchWeightsRequest("resnet18", None if folder is None else str(folder), download))

    assert fetch(None, download=False) == FetchWeightsResult(file=None, bytes=None, downloaded=False)
    found = fetch(tmp_path / "stick", download=True)
    assert found.file == str(linked)
    assert not found.downloaded
    assert not linked.is_symlink()
    assert found.bytes == linked.stat().st_size
    # Carried away, it is what HF_HOME names.
    monkeypatch.setattr(
        "huggingface_hub.constants.HF_HUB_CACHE", str((tmp_path / "stick").rename(tmp_path / "b") / "hub")
    )
    assert resolve_weights(make_request("tensorflow", model=model("resnet18", kind="imagenet"))).is_file()


def test_weights_that_cannot_be_fetched_name_the_command_and_the_backbone_that_brings_its_own(
    make_request, tmp_path, monkeypatch
) -> None:
    without_hub(monkeypatch, tmp_path, "http://127.0.0.1:9")
    hint = failure(make_request("pytorch", model=model("resnet50", kind="imagenet"))).hint or ""
    assert "twintune fetch resnet50 --out" in hint
    assert "efficientnet_lite0" in hint
    with pytest.raises(TwintuneError, match="resnet50") as raised:
        fetch_weights(FetchWeightsRequest("resnet50", str(tmp_path / "stick"), True))
    assert raised.value.code == "WEIGHTS_UNAVAILABLE"
