"""The files of a checkpoint folder: which there are, and what becomes of a run that finds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import twintune.model.tensor_files
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from twintune.errors import TwintuneError
from twintune.evaluation.metrics import Accumulator
from twintune.record.checkpoints import CheckpointFolder
from twintune.record.consumed import Consumed
from twintune.record.early_stopping import BestEpoch, MonitorState
from twintune.record.run_state import EpochState, Position, RecordState, RunState, first_difference

RECORD = RecordState(architecture="a", parameters=1, weights="w", head_init="h", test_pixels="00")


def state(epoch: int, best: int = 1, phase: int = 1, within: bool = False) -> RunState:
    """The state after an epoch of a phase, or within the next one."""
    return RunState(
        specification={},
        split="s",
        live={"head.0.weight": 1},
        versions={"torch": "2.9"},
        position=Position(phase=phase, epoch=epoch, epochs_done=epoch),
        epoch=EpochState(2, Accumulator(), 0.5, 0.1, 16, Consumed(16).state) if within else None,
        monitor=MonitorState(BestEpoch(best, 0.5), epoch - best),
        features_hashed=False,
        record=RECORD,
    )


def tensors(value: float) -> dict[str, np.ndarray]:
    return {"head.0.weight": np.full((2, 3), value, dtype=np.float32)}


def make_folder(path: Path, keep: int = 0, restores_best: bool = True) -> CheckpointFolder:
    return CheckpointFolder(path, keep, restores_best)


def save(folder: CheckpointFolder, epoch: int, best: int = 1) -> None:
    folder.save(state(epoch, best), tensors(epoch))
    if best == epoch:
        folder.mark_last_as_best()


def names(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def value_in(path: Path) -> float:
    return float(load_file(path)["head.0.weight"][0, 0])


def load_last_epoch(path: Path, restores_best: bool = True) -> int | None:
    checkpoint = make_folder(path, restores_best=restores_best).load_last()
    return checkpoint and checkpoint.state.position.epoch


def test_what_was_saved_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    saved = {"a": np.random.default_rng(0).standard_normal((3, 4)).T, "optimizer.step": np.array([7])}
    make_folder(tmp_path).save(state(2, best=2, within=True), saved)
    loaded = make_folder(tmp_path, restores_best=False).load_last()
    assert loaded is not None
    assert loaded.state == state(2, best=2, within=True)
    assert {name: tensor.tobytes() for name, tensor in loaded.tensors.items()} == {
        name: np.ascontiguousarray(tensor).tobytes() for name, tensor in saved.items()
    }


def test_the_last_and_the_best_stay_and_so_many_earlier_ones_as_are_to_be_kept(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, keep=2)
    for epoch in range(1, 6):
        save(folder, epoch, best=min(epoch, 2))
    files = ["best.safetensors", "epoch-3.safetensors", "epoch-4.safetensors", "last.safetensors"]
    assert names(tmp_path) == files
    assert [value_in(tmp_path / file) for file in files] == [2, 3, 4, 5]


def test_none_but_the_last_and_the_best_stay_by_default(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for epoch in range(1, 4):
        save(folder, epoch)
    assert names(tmp_path) == ["best.safetensors", "last.safetensors"]


def test_a_checkpoint_within_an_epoch_is_never_one_to_keep(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, keep=5)
    save(folder, 1)
    folder.save(state(1, within=True), tensors(1.5))
    save(folder, 2)
    assert names(tmp_path) == ["best.safetensors", "epoch-1.safetensors", "last.safetensors"]
    assert value_in(tmp_path / "epoch-1.safetensors") == 1


def test_a_torn_write_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_folder(tmp_path)
    save(folder, 1)

    def die_half_way(contents, file, metadata):
        Path(file).write_bytes(b"half of a header")
        raise KeyboardInterrupt

    monkeypatch.setattr(twintune.model.tensor_files, "save_file", die_half_way)
    with pytest.raises(KeyboardInterrupt):
        save(folder, 2)
    assert load_last_epoch(tmp_path) == 1


def test_what_a_killed_process_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    save(make_folder(tmp_path), 1)
    (tmp_path / ".last.safetensors-99.tmp").write_bytes(b"half")
    assert load_last_epoch(tmp_path) == 1
    assert names(tmp_path) == ["best.safetensors", "last.safetensors"]


def test_a_run_that_ended_before_the_best_one_was_named_names_it_when_it_goes_on(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    save(folder, 1)
    folder.save(state(2, best=2), tensors(2))
    assert value_in(tmp_path / "best.safetensors") == 1
    load_last_epoch(tmp_path)
    assert value_in(tmp_path / "best.safetensors") == 2


def test_a_run_that_ended_between_a_new_best_one_and_the_last_goes_on_from_the_best(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for epoch in (1, 2):
        save(folder, epoch)
    folder.save_best(state(3, best=3), tensors(3))
    # The last one speaks of epoch 1 as the best, whose weights are gone.
    assert load_last_epoch(tmp_path) == 3
    assert value_in(tmp_path / "last.safetensors") == 3


def test_without_a_best_one_that_is_needed_a_run_begins_anew_and_else_goes_on(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for epoch in (1, 2):
        save(folder, epoch)
    (tmp_path / "best.safetensors").unlink()
    assert load_last_epoch(tmp_path, restores_best=False) == 2
    assert load_last_epoch(tmp_path) is None


def test_a_corrupt_best_one_is_named_only_where_it_is_needed(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    for epoch in (1, 2):
        save(folder, epoch)
    file = tmp_path / "best.safetensors"
    file.unlink()
    file.write_bytes(b"x" * 100)
    assert load_last_epoch(tmp_path, restores_best=False) == 2
    with pytest.raises(TwintuneError, match=str(file)) as caught:
        load_last_epoch(tmp_path)
    assert caught.value.code == "CHECKPOINT_CORRUPT"


@pytest.mark.parametrize("spoil", ["cut short", "a byte flipped", "no safetensors file", "no state"])
def test_a_corrupt_checkpoint_is_named_with_what_mends_it(tmp_path: Path, spoil: str) -> None:
    save(make_folder(tmp_path), 1)
    file = tmp_path / "last.safetensors"
    contents = bytearray(file.read_bytes())
    if spoil == "cut short":
        contents = contents[:-4]
    elif spoil == "a byte flipped":
        contents[-2] ^= 1
    elif spoil == "no safetensors file":
        contents = bytearray(b"x" * 100)
    file.unlink()
    file.write_bytes(contents)
    if spoil == "no state":
        save_file(tensors(1), file)
    with pytest.raises(TwintuneError, match=str(file)) as caught:
        load_last_epoch(tmp_path)
    assert caught.value.code == "CHECKPOINT_CORRUPT"
    assert "Delete the file" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("written", "changed"),
    [
        (r"\"epochs_done\":1", r"\"epochs_done\":3"),
        (r"\"weights\":\"w\"", r"\"weights\":\"v\""),
        ('"shape":[2,3]', '"shape":[3,2]'),
        ('"dtype":"F32"', '"dtype":"I32"'),
    ],
)
def test_a_checkpoint_is_refused_when_one_value_of_its_header_was_changed(
    tmp_path: Path, written: str, changed: str
) -> None:
    folder = make_folder(tmp_path)
    save(folder, 1)
    file = tmp_path / "best.safetensors"
    contents = file.read_bytes()
    assert contents.count(written.encode()) == 1
    # The last and the best checkpoint are one file.
    file.write_bytes(contents.replace(written.encode(), changed.encode()))
    for load in (folder.load_last, folder.load_best):
        with pytest.raises(TwintuneError, match="can't be read") as caught:
            load()
        assert caught.value.code == "CHECKPOINT_CORRUPT"


@pytest.mark.parametrize("older", [{}, {"format": "00"}], ids=["with its format elsewhere", "of another format"])
def test_a_checkpoint_of_another_version_is_refused(tmp_path: Path, older: dict[str, str]) -> None:
    make_folder(tmp_path).save(state(1), tensors(1))
    with safe_open(tmp_path / "last.safetensors", framework="np") as file:
        metadata = file.metadata()
    del metadata["format"]
    # A header that this version could not read, had it not looked at the format first.
    save_file(tensors(1), tmp_path / "last.safetensors", {**metadata, "twintune": '{"format":3}', **older})
    with pytest.raises(TwintuneError, match="another version of twintune") as caught:
        load_last_epoch(tmp_path)
    assert caught.value.code == "CHECKPOINT_MISMATCH"


def test_without_its_last_checkpoint_a_run_goes_on_from_the_most_advanced_that_is_left(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, keep=1)
    for epoch in range(1, 5):
        save(folder, epoch, best=min(epoch, 2))
    (tmp_path / "last.safetensors").unlink()
    assert load_last_epoch(tmp_path) == 3
    assert value_in(tmp_path / "last.safetensors") == 3


def test_it_passes_over_one_whose_best_epoch_is_no_longer_there(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, keep=1)
    for epoch, best in [(1, 1), (2, 1), (3, 3)]:
        save(folder, epoch, best)
    (tmp_path / "last.safetensors").unlink()
    # Epoch 2 speaks of epoch 1 as the best, whose weights are gone: what is best by now is epoch 3.
    assert load_last_epoch(tmp_path) == 3


def test_a_stray_file_is_no_checkpoint(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, keep=1)
    for epoch in (1, 2, 3):
        save(folder, epoch)
    (tmp_path / "epoch-x.safetensors").write_bytes(b"stray")
    (tmp_path / "last.safetensors").unlink()
    assert load_last_epoch(tmp_path) == 2


def test_without_any_checkpoint_a_run_begins_anew(tmp_path: Path) -> None:
    assert load_last_epoch(tmp_path) is None
    assert load_last_epoch(tmp_path / "none") is None


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        ({"a": {"b": [1, 2.0]}}, {"a": {"b": [1, 2.0]}}, None),
        ({"training": {"batchSize": 8}}, {"training": {"batchSize": 16}}, "training.batchSize"),
        ({"phases": [{"epochs": 1}, {"epochs": 2}]}, {"phases": [{"epochs": 1}, {"epochs": 3}]}, "phases[1].epochs"),
        ({"phases": [1]}, {"phases": [1, 2]}, "phases"),
        ({"ema": None}, {}, None),
        ({}, {"seed": 1}, "seed"),
    ],
)
def test_the_place_is_named_where_two_specifications_differ(ours: dict, theirs: dict, place: str | None) -> None:
    assert first_difference(ours, theirs) == place
