"""The checkpoints of a run: safetensors files whose header holds the run's state.

A run continues from the checkpoint `last`. `best` and `epoch-N` are earlier checkpoints that stay: hard links, which
cost nothing to make.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import safetensors
from safetensors.numpy import load_file

from twintune.errors import TwintuneError
from twintune.model.tensor_files import checksum_of, in_c_order, save_atomically
from twintune.record.run_state import FORMAT, RunState, checkpoint_mismatch
from twintune.system.files import name_also, replacing, sweep_temporary

_LAST, _BEST = "last.safetensors", "best.safetensors"
_STATE, _FORMAT = "twintune", "format"
_STATE_CHECKSUM, _CHECKSUM = "state-crc32", "crc32"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as it was read: its file, the run's state and the tensors that go with it."""

    file: Path
    state: RunState
    tensors: dict[str, np.ndarray]


class CheckpointFolder:
    """The folder `checkpoint` of one run.

    Args:
        folder: The folder's path; the folder is made with its first checkpoint.
        keep: The number of earlier checkpoints that stay.
        restores_best: Whether a phase ends with its best epoch's weights, so that a run can't go on without them.
    """

    def __init__(self, folder: Path, keep: int, restores_best: bool) -> None:
        self.folder = folder
        self._keep = keep
        self._restores_best = restores_best
        self._last_epoch: int | None = None
        """The number of epochs done in the last checkpoint; None if it lies within an epoch."""

    def clear(self) -> None:
        """Deletes the checkpoints of an earlier attempt at the run."""
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def save(self, state: RunState, tensors: Mapping[str, np.ndarray]) -> Path:
        """Writes the last checkpoint; its predecessor stays if it is one to keep.

        Args:
            state: The run's state.
            tensors: The tensors that the engine's next step depends on.

        Returns:
            The checkpoint's file.
        """
        file = self.folder / _LAST
        if self._keep and self._last_epoch is not None:
            _name_also(file, self.folder / f"epoch-{self._last_epoch}.safetensors")
        _write(file, state, tensors)
        self._last_epoch = state.position.epochs_done if state.epoch is None else None
        if self._keep:
            for _, old in self._earlier()[: -self._keep]:
                old.unlink()
        return file

    def save_best(self, state: RunState, tensors: Mapping[str, np.ndarray]) -> Path:
        """Writes the best checkpoint apart from the last one, and returns the file."""
        file = self.folder / _BEST
        _write(file, state, tensors)
        return file

    def mark_last_as_best(self) -> Path:
        """Names the last checkpoint the best one too, and returns the file."""
        file = self.folder / _BEST
        _name_also(self.folder / _LAST, file)
        return file

    def load_last(self) -> Checkpoint | None:
        """The checkpoint to continue from: the last one, or if it can't be used the most advanced one that is left.

        The last checkpoint can't be used if it was deleted, or if the best epoch that it refers to is needed and gone:
        the run may have ended between writing a new best checkpoint and writing the last one.

        Returns:
            The checkpoint, or None if there is none.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT if a file is damaged, CHECKPOINT_MISMATCH if another version wrote it.
        """
        if not self.folder.exists():
            return None
        sweep_temporary(self.folder, seconds=0)
        file = next((file for file in self._candidates() if self._has_its_best(file)), None)
        if file is None:
            return None
        checkpoint = _load(file)
        if file.name != _LAST:
            _name_also(file, self.folder / _LAST)
        state = checkpoint.state
        self._last_epoch = state.position.epochs_done if state.epoch is None else None
        if state.is_best:
            # The run may have ended between writing the checkpoint and naming it the best one.
            self.mark_last_as_best()
        return checkpoint

    def load_best(self) -> Checkpoint:
        """The best checkpoint of the phase.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT if the file is damaged.
        """
        return _load(self.folder / _BEST)

    def _candidates(self) -> Iterator[Path]:
        """The last checkpoint, then the others, the most advanced first."""
        last, best = self.folder / _LAST, self.folder / _BEST
        if last.exists():
            yield last
        others = [file for _, file in self._earlier()] + ([best] if best.exists() else [])
        yield from sorted(others, key=lambda file: _read_state(file).position.epochs_done, reverse=True)

    def _has_its_best(self, file: Path) -> bool:
        """Whether the best epoch that a checkpoint refers to is still there, or isn't needed."""
        if not self._restores_best:
            return True
        state, best = _read_state(file), self.folder / _BEST
        if state.monitor.best is None or state.is_best:
            return True
        if not best.exists():
            return False
        of_best = _read_state(best)
        return (of_best.position.phase, of_best.monitor.best) == (state.position.phase, state.monitor.best)

    def _earlier(self) -> list[tuple[int, Path]]:
        """Checkpoints of earlier epochs, the first epoch first. Files of other names are nobody's checkpoints."""
        numbers = ((file.stem.removeprefix("epoch-"), file) for file in self.folder.glob("epoch-*.safetensors"))
        return sorted((int(number), file) for number, file in numbers if number.isascii() and number.isdigit())


def _write(file: Path, state: RunState, tensors: Mapping[str, np.ndarray]) -> None:
    tensors, text = in_c_order(tensors), msgspec.json.encode(state).decode()
    metadata = {
        _STATE: text,
        _FORMAT: FORMAT,
        _STATE_CHECKSUM: _checksum_of_text(text),
        _CHECKSUM: checksum_of(tensors),
    }
    save_atomically(tensors, file, metadata)


def _load(file: Path) -> Checkpoint:
    state, expected = _read_header(file)
    try:
        tensors = load_file(file)
    except (safetensors.SafetensorError, OSError) as error:
        raise _corrupt(file, str(error)) from error
    if checksum_of(tensors) != expected:
        raise _corrupt(file, "its tensors are not those that were written")
    return Checkpoint(file, state, tensors)


def _read_state(file: Path) -> RunState:
    return _read_header(file)[0]


def _read_header(file: Path) -> tuple[RunState, str]:
    try:
        with safetensors.safe_open(file, framework="np") as tensors:
            metadata = tensors.metadata() or {}
        if metadata.get(_FORMAT) != FORMAT and _STATE in metadata:
            raise checkpoint_mismatch("another version of twintune")
        state = metadata[_STATE]
        if _checksum_of_text(state) != metadata[_STATE_CHECKSUM]:
            raise _corrupt(file, "the run's state in it is not the one that was written")
        return msgspec.json.decode(state, type=RunState), metadata[_CHECKSUM]
    except (safetensors.SafetensorError, OSError, msgspec.MsgspecError, KeyError) as error:
        raise _corrupt(file, str(error)) from error


def _corrupt(file: Path, reason: str) -> TwintuneError:
    return TwintuneError(
        "CHECKPOINT_CORRUPT",
        f"{file} can't be read: {reason}.",
        "Delete the file: `twintune resume` then goes on from another checkpoint of the run, or from its beginning.",
    )


def _checksum_of_text(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


def _name_also(file: Path, name: Path) -> None:
    """Gives a file another name, in place of the file that has it."""
    if name.exists() and name.samefile(file):
        # Renaming one hard link of a file to another does nothing, without an error, and would leave the temporary
        # name.
        return
    with replacing(name) as temporary:
        name_also(file, temporary)
