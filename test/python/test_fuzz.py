"""Whatever is read gives a value or a failure with a message, and never anything else.

The seed is in the name of each test; TWINTUNE_FUZZ_SEED repeats a run.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import bridge_main
import msgspec
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from conftest import DATASET_FIELDS
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from PIL import Image
from twintune import handlers
from twintune.data.csv_file import open_csv_files
from twintune.data.decoding import UnreadableImage, decode
from twintune.data.parquet import open_parquet_files
from twintune.data.verdicts import Look, load_verdicts, save_verdicts
from twintune.digests import RowsDigest
from twintune.errors import TwintuneError
from twintune.features.cache import FeatureCache
from twintune.features.key import FeatureKey
from twintune.protocol import Csv, Parquet
from twintune.record.checkpoints import CheckpointFolder
from twintune.record.early_stopping import BestEpoch, MonitorState
from twintune.record.run_state import Position, RecordState, RunState

SEED = int(os.environ.get("TWINTUNE_FUZZ_SEED", int(time.time()) % 2**31))
FIXTURES = Path(__file__).parents[1] / "fixtures" / "protocol"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore"), pytest.mark.parametrize("by_seed", [SEED])]


def cases(count: int) -> Callable:
    """So many cases of a property, from the run's seed."""

    def decorate(test: Callable) -> Callable:
        health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        return seed(SEED)(
            settings(max_examples=count, deadline=None, database=None, suppress_health_check=health)(test)
        )

    return decorate


def garbled(good: bytes) -> st.SearchStrategy[bytes]:
    """Bytes that differ from good ones by pieces that are cut out, repeated or replaced."""
    pieces = st.one_of(st.binary(max_size=12), st.sampled_from([b"", b"\0" * 64, b"\xff" * 8, b'{"a":' * 2000, b"\n"]))
    change = st.tuples(st.integers(0, len(good)), st.integers(0, 64), pieces)

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        encoded = good
        for start, length, piece in changes:
            encoded = encoded[:start] + piece + encoded[start + length :]
        return encoded

    # The beginning of a file says most about the rest.
    near = st.tuples(st.integers(0, min(200, len(good))), st.integers(0, 8), pieces)
    return st.lists(st.one_of(change, near), min_size=1, max_size=4).map(apply)


def encoded(format: str) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (24, 20, 3), np.uint8)
    Image.fromarray(pixels).save(stream, format)
    return stream.getvalue()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_an_image_is_decoded_or_said_to_be_unreadable(by_seed: int, format: str) -> None:
    @cases(500)
    @given(content=garbled(encoded(format)))
    def holds(content: bytes) -> None:
        try:
            image = decode(content).image
        except UnreadableImage as error:
            assert str(error)
        else:
            assert image.mode == "RGB"
            np.asarray(image)

    holds()


def test_a_csv_file_is_read_or_its_line_is_named(by_seed: int, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(encoded("PNG"))
    file = tmp_path / "images.csv"
    rows = b'path,label\n0.png,dog\n"1.png",cat\n0.png,dog\n'

    @cases(2000)
    @given(content=garbled(rows))
    def holds(content: bytes) -> None:
        file.write_bytes(content)
        with fails_well():
            open_csv_files(Csv(train=str(file), **{**DATASET_FIELDS, "path_column": "path", "label_column": "label"}))

    holds()


def test_a_parquet_file_is_read_or_refused(by_seed: int, tmp_path: Path) -> None:
    table = pyarrow.table({"image": [{"bytes": encoded("PNG"), "path": "a.png"}] * 3, "label": [0, 1, 0]})
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream)
    fields = {**DATASET_FIELDS, "image_column": "image", "label_column": "label"}
    numbers = iter(range(10**9))

    @cases(150)
    @given(content=garbled(stream.getvalue()))
    def holds(content: bytes) -> None:
        # A name of its own, since `datasets` keeps what it has read.
        file = tmp_path / f"{next(numbers)}.parquet"
        file.write_bytes(content)
        with fails_well():
            open_parquet_files(Parquet(train=str(file), **fields), str(tmp_path / "cache"))

    holds()


def test_a_checkpoint_is_what_was_written_or_refused(by_seed: int, tmp_path: Path) -> None:
    state = RunState(
        specification={},
        split="s",
        live={"head.0.weight": 1},
        versions={"torch": "2.9"},
        position=Position(phase=1, epoch=1, epochs_done=1),
        epoch=None,
        monitor=MonitorState(BestEpoch(1, 0.5), 0),
        features_hashed=False,
        record=RecordState(architecture="a", parameters=1, weights="w", head_init="h", test_pixels="00"),
    )
    tensors = {"head.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3)}
    folder = CheckpointFolder(tmp_path, 0, restores_best=True)
    folder.save(state, tensors)
    folder.mark_last_as_best()
    file = tmp_path / "last.safetensors"

    @cases(2000)
    @given(content=garbled(file.read_bytes()))
    def holds(content: bytes) -> None:
        for name in ("last.safetensors", "best.safetensors"):
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).write_bytes(content)
        with fails_well():
            found = CheckpointFolder(tmp_path, 0, restores_best=True).load_last()
            assert found is not None
            assert found.state == state
            assert found.tensors.keys() == tensors.keys()
            assert np.array_equal(found.tensors["head.0.weight"], tensors["head.0.weight"])

    holds()


def test_kept_features_are_those_that_were_written_or_none(by_seed: int, tmp_path: Path) -> None:
    key = msgspec.json.decode((FIXTURES.parent / "feature-cache" / "key.json").read_bytes(), type=FeatureKey)
    values = np.random.default_rng(0).standard_normal((key.images, 7)).astype(np.float32)
    pixels = RowsDigest()
    pixels.add(np.zeros((1, 2, 2, 3)))
    cache = FeatureCache(tmp_path, 1 << 30, True, lambda message: None)
    cache.keep(key, iter([values]), pixels)
    (file,) = tmp_path.glob("*.safetensors")

    @cases(2000)
    @given(content=garbled(file.read_bytes()))
    def holds(content: bytes) -> None:
        file.unlink(missing_ok=True)
        file.write_bytes(content)
        found = FeatureCache(tmp_path, 1 << 30, True, lambda message: None).find(key)
        assert found is None or np.array_equal(found.values, values)

    holds()


def test_kept_verdicts_are_those_that_were_written_or_none(by_seed: int, tmp_path: Path) -> None:
    stamps = np.arange(5, dtype=np.uint64)
    verdicts = load_verdicts("source", stamps, str(tmp_path))
    for index in range(5):
        verdicts.put(index, Look(bytes([index]) * 32, 8, 8, "PNG RGB", "", lasts=True))
    save_verdicts("source", verdicts, str(tmp_path))
    (file,) = (tmp_path / "checks").iterdir()

    @cases(1000)
    @given(content=garbled(file.read_bytes()))
    def holds(content: bytes) -> None:
        file.write_bytes(content)
        found = load_verdicts("source", stamps, str(tmp_path))
        known = np.flatnonzero(found.known)
        assert np.array_equal(found.digests[known], verdicts.digests[known])
        assert np.array_equal(found.sizes[known], verdicts.sizes[known])
        assert [found.kind_names[kind] for kind in found.kinds[known]] == ["PNG RGB"] * len(known)

    holds()


@pytest.mark.parametrize("file", sorted(path.name for path in FIXTURES.glob("*.request*.json")))
def test_a_message_is_understood_or_answered_with_a_failure(
    by_seed: int, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = file.split(".")[0]

    def decode_alone(payload: bytes, type: type) -> object:
        decode_json(payload, type=type)
        raise Understood

    decode_json = msgspec.json.decode
    monkeypatch.setattr(handlers.msgspec.json, "decode", decode_alone)

    @cases(150)
    @given(content=garbled((FIXTURES / file).read_bytes()))
    def holds(content: bytes) -> None:
        reply = json.loads(bridge_main.invoke(name, content.decode(errors="replace"), lambda report: True))
        assert reply["ok"] is False
        assert reply["failure"]["message"]

    holds()


class Understood(Exception):
    """The request was decoded."""


class fails_well:
    """Lets a failure with a message pass, and nothing else."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> bool:
        return isinstance(error, TwintuneError) and error.message != ""
