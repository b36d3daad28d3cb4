"""Training steps that a run keeps whole, so that the other framework can take the very same steps afterwards.

A kept step is two safetensors files below the run's folder: the engine's state before the step, whose header says which
step it is, and the state after it. Training amplifies rounding, so that two runs can't be compared at their ends; one
step from one state can.
"""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import safetensors

from twintune.errors import TwintuneError
from twintune.model.tensor_files import DamagedTensors, load_sealed, save_sealed
from twintune.protocol import KeepSteps
from twintune.record.state_watch import StateWatch

FOLDER = "steps"
_HEADER = "twintune"
_BEFORE, _AFTER = "before.safetensors", "after.safetensors"
_AFTER_IN_FLOAT64 = "after-in-float64.safetensors"
_INPUTS = "inputs."


class StepPlace(msgspec.Struct, frozen=True, order=True):
    """The place of an optimiser step in a run; all numbers count from 1."""

    phase: int
    epoch: int
    """The epoch's number within the phase."""
    step: int
    """The optimiser step's number within the epoch."""

    def __str__(self) -> str:
        return f"phase {self.phase}, epoch {self.epoch}, step {self.step}"

    @property
    def name(self) -> str:
        """The start of the names of the step's files."""
        return f"phase-{self.phase}-epoch-{self.epoch}-step-{self.step}"


class KeptStep(msgspec.Struct, frozen=True):
    """The header of the files of a kept step: its place in the run, its batches and its losses."""

    place: StepPlace
    epochs_done: int
    """The number of epochs done before the step's epoch, over all phases."""
    steps_done: int
    """The number of batches trained on before the step, over all phases."""
    first_batch: int
    """The number of the step's first batch within its epoch, counted from 0."""
    batches: int
    """The number of batches whose gradients the step summed."""
    first_stage: int
    """Index of the first backbone stage that the step ran (see `Engine.start_phase`)."""
    losses: tuple[float, ...] = ()
    """The loss of each batch."""
    right: int = 0
    """The number of right answers in all batches."""
    positions: tuple[tuple[int, ...], ...] = ()
    """The positions in the training split of each batch's images."""


def chosen_steps(epochs: int, steps: int, keep: KeepSteps = "chosen") -> set[tuple[int, int]]:
    """Chooses the steps of a phase to keep: the first, a middle and the last one, and two on the way into epoch 2.

    The last step of an epoch is the one whose batch, or group of batches, may be short. The first step of the second
    epoch is the one that comes after a validation, and after what an epoch has left undone.

    Args:
        epochs: The number of planned epochs, at least 1. Early stopping may leave the later steps out.
        steps: The number of optimiser steps in an epoch, at least 1.
        keep: Whether only these steps are wanted, or all.

    Returns:
        Pairs of an epoch and a step in it, both counted from 1.
    """
    if keep == "all":
        return set(itertools.product(range(1, epochs + 1), range(1, steps + 1)))
    middle = math.ceil(steps / 2)
    # Early stopping may leave out the later steps, hence one of the second epoch.
    second = {(2, 1)} if epochs > 1 else set()
    return {(1, 1), (1, steps), (math.ceil(epochs / 2), middle), (epochs, steps), *second}


class StepKeeper:
    """The keeper of one run's steps, which writes the chosen ones to the run's folder."""

    def __init__(self, run_directory: Path, is_resumed: bool) -> None:
        """Makes a keeper.

        Args:
            run_directory: The run's folder.
            is_resumed: Whether the run goes on from a checkpoint; if not, steps of an earlier attempt are deleted.
        """
        self._folder = run_directory / FOLDER
        if not is_resumed and self._folder.exists():
            shutil.rmtree(self._folder)
        self._open: KeptStep | None = None
        self._inputs: dict[str, np.ndarray] = {}
        self.watch = StateWatch()
        """The watch over the state between two steps that follow each other."""
        self.left_after: int | None = None
        """The number of batches that the run had trained on when the watch was left a state."""

    @property
    def is_open(self) -> bool:
        """Whether a step is under way that is to be kept."""
        return self._open is not None

    def begin(self, step: KeptStep, state: Mapping[str, np.ndarray]) -> None:
        """Writes the state before a step."""
        self._open, self._inputs = step, {}
        save_sealed(state, self._path(step.place, _BEFORE))

    def add_inputs(self, inputs: np.ndarray) -> None:
        """Adds the inputs of the step's next batch: features or activations, as the step is given them."""
        self._inputs[f"{_INPUTS}{len(self._inputs)}"] = np.array(inputs)

    def end(self, step: KeptStep, state: Mapping[str, np.ndarray]) -> None:
        """Writes the state after the step, with what is known only then."""
        self._open = None
        _write_after(self._path(step.place, _AFTER), step, state, self._inputs)

    def _path(self, place: StepPlace, end: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{place.name}-{end}"


class KeptStepFiles:
    """The files of a step that a run has kept."""

    def __init__(self, folder: Path, step: KeptStep, end: str = _AFTER) -> None:
        self.step = step
        self._start, self._end = folder / step.place.name, end

    def before(self) -> dict[str, np.ndarray]:
        """The engine's state before the step.

        Raises:
            TwintuneError: CHECKPOINT_CORRUPT if the file is not what was written.
        """
        return self._load(_BEFORE)

    def after(self) -> dict[str, np.ndarray]:
        """The engine's state after the step."""
        return {name: tensor for name, tensor in self._load(self._end).items() if not name.startswith(_INPUTS)}

    def inputs(self) -> list[np.ndarray]:
        """The inputs of each batch: features or activations; empty for a step on pixels."""
        inputs = {name: tensor for name, tensor in self._load(self._end).items() if name.startswith(_INPUTS)}
        return [inputs[f"{_INPUTS}{index}"] for index in range(len(inputs))]

    def _load(self, end: str) -> dict[str, np.ndarray]:
        file = Path(f"{self._start}-{end}")
        try:
            return load_sealed(file).tensors
        except DamagedTensors as error:
            raise _damaged(file, error) from error

    def keep_in_float64(
        self, losses: Sequence[float], right: int, inputs: Sequence[np.ndarray], after: Mapping[str, np.ndarray]
    ) -> None:
        """Keeps what the same framework came to when it took the step again in float64.

        Args:
            losses: The loss of each batch.
            right: The number of right answers.
            inputs: The features or activations of each batch; empty for a step on pixels.
            after: The state after the step.
        """
        step = msgspec.structs.replace(self.step, losses=tuple(losses), right=right)
        named = {f"{_INPUTS}{index}": each for index, each in enumerate(inputs)}
        _write_after(Path(f"{self._start}-{_AFTER_IN_FLOAT64}"), step, after, named)


def find_kept_steps(run_directory: Path, in_float64: bool = False) -> list[KeptStepFiles]:
    """Finds the steps that a run has kept, in their order; a step that never ended is passed over.

    Args:
        run_directory: The run's folder.
        in_float64: Whether the steps are wanted as they were taken again in float64.

    Raises:
        TwintuneError: CHECKPOINT_CORRUPT if a file can't be read.
    """
    folder, end = run_directory / FOLDER, _AFTER_IN_FLOAT64 if in_float64 else _AFTER
    steps = []
    for file in folder.glob(f"*-{end}"):
        try:
            with safetensors.safe_open(file, framework="np") as tensors:
                steps.append(msgspec.json.decode((tensors.metadata() or {})[_HEADER], type=KeptStep))
        except (safetensors.SafetensorError, OSError, msgspec.MsgspecError, KeyError) as error:
            raise _damaged(file, error) from error
    return [KeptStepFiles(folder, step, end) for step in sorted(steps, key=lambda step: step.place)]


def _write_after(file: Path, step: KeptStep, state: Mapping[str, np.ndarray], inputs: Mapping[str, np.ndarray]) -> None:
    save_sealed({**state, **inputs}, file, {_HEADER: msgspec.json.encode(step).decode()})


def _damaged(file: Path, error: Exception) -> TwintuneError:
    return TwintuneError("CHECKPOINT_CORRUPT", f"The kept step {file} can't be taken again: {error}.")
