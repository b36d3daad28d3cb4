"""A stand-in for PyTorch whose every step takes the same time: the rest of a run is the time that twintune adds.

`take_place` puts the stand-in in PyTorch's place in this process. This file can be a worker's interpreter, too
(`TWINTUNE_PYTHON_PYTORCH`): run as a program with a script as its argument, it takes PyTorch's place and then runs the
script.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
import time
import types
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from twintune import engines
from twintune.backbones import find_backbone
from twintune.data.loader import SharedLoader
from twintune.engines.engine import PhaseFacts, StepInputs, StepOutcome, StepParts
from twintune.protocol import Phase, RunRequest

STEP_SECONDS = "BENCH_STEP_SECONDS"
"""The environment variable that holds the seconds of a step."""


def take_place() -> None:
    """Puts the stand-in where the product looks for PyTorch."""
    device = types.ModuleType("twintune.engines.pytorch.device")
    aligned = types.ModuleType("twintune.engines.pytorch.aligned")
    vars(device).update(initialize=lambda: None, list_devices=lambda: ["cpu"], gpu_support=lambda: "none")
    vars(aligned).update(create_engine=create_engine)
    sys.modules[device.__name__] = device
    sys.modules[aligned.__name__] = aligned
    engines.MODULES["pytorch"] = ()


def write_interpreter(folder: Path) -> Path:
    """Writes a program that is a Python in which the stand-in has PyTorch's place."""
    interpreter = folder / "python"
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n')
    interpreter.chmod(0o755)
    return interpreter


def create_engine(request: RunRequest, classes: int) -> StandInEngine:
    """Makes the stand-in of a run's engine."""
    return StandInEngine(request, classes, float(os.environ[STEP_SECONDS]))


class StandInDevice:
    """A device on which nothing is computed and for which nothing has to wait."""

    def threads(self) -> str:
        """Describes the CPU threads: the stand-in has none of its own."""
        return "1"

    def synchronize(self) -> None:
        """Waits for nothing, since no work is under way."""

    def is_deterministic(self) -> bool:
        """Whether the device is deterministic, which holds for one that computes nothing."""
        return True

    def start_memory_peak(self) -> None:
        """Measures no memory, since the stand-in takes none."""

    def memory_peak(self) -> tuple[int, str]:
        """Measures no memory, since the stand-in takes none."""
        return 0, "none"


class StandInEngine:
    """An engine that sleeps where a framework would compute; all else is the product's own."""

    draws_dropout = False

    def __init__(self, request: RunRequest, classes: int, step_seconds: float) -> None:
        self.device = StandInDevice()
        self.pipeline = SharedLoader(
            request.seeds,
            request.training.batch_size,
            request.dataset.image_size,
            find_backbone(request.model.backbone).preprocessing_of(request.model.weights),
            "float32",
            request.augmentation,
            request.dataset.resize,
            request.training.sampler,
        )
        self._classes = classes
        self._step_seconds = step_seconds
        self._learning_rate = 0.0

    def start_phase(self, phase: Phase, first_stage: int) -> PhaseFacts:
        """Starts a phase, for which nothing is frozen, made or traced."""
        return PhaseFacts(trainable_parameters=1, loss="none", batch_norm="none")

    def train_step(self, step: StepInputs) -> StepOutcome:
        """Sleeps for the time of a step."""
        time.sleep(self._step_seconds)
        self._learning_rate = step.learning_rate
        return StepOutcome(loss=1.0, correct=0, images=len(step.targets.labels), weight=step.targets.weight)

    def learning_rate(self) -> float:
        """The learning rate of the last step."""
        return self._learning_rate

    def describe_optimizer(self) -> str:
        """Describes the optimiser, of which there is none."""
        return "none"

    def averaged_weights(self) -> AbstractContextManager[None]:
        """Changes nothing, since there are no weights to average."""
        return contextlib.nullcontext()

    def adopt_average(self) -> None:
        """Changes nothing, since there are no weights to average."""

    def read_steps(self, handles: Sequence[StepOutcome]) -> list[StepOutcome]:
        """Returns the outcomes of steps, which the handles are."""
        return list(handles)

    def step_parts(self) -> StepParts:
        """Refuses, since a step has no parts."""
        raise NotImplementedError

    def predict(self, inputs: Any) -> np.ndarray:
        """Sleeps for the time of a step, and returns zeros as logits of shape [images, classes]."""
        time.sleep(self._step_seconds)
        return np.zeros((len(inputs), self._classes), np.float32)

    def backbone_tensors(self) -> dict[str, np.ndarray]:
        """The tensors of the backbone: a single number."""
        return {"weight": np.zeros(1, np.float32)}

    def head_tensors(self) -> dict[str, np.ndarray]:
        """The tensors of the head, of which there are none."""
        return {}

    def state(self, backbone: bool) -> dict[str, np.ndarray]:
        """The state of the engine: its backbone's tensor."""
        return self.backbone_tensors() if backbone else {}

    def load_state(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Loads nothing, since the engine keeps no state."""

    def precision(self) -> str:
        """Describes the precision: nothing is computed."""
        return "none"

    def skipped_steps(self) -> int:
        """The number of skipped steps, which is 0."""
        return 0

    def placement(self) -> str:
        """The device of the engine, the CPU."""
        return "cpu"


def main() -> None:
    """Runs the script that the command line names, with the stand-in in PyTorch's place."""
    take_place()
    sys.argv = sys.argv[1:]
    # Python does the same with a script's folder.
    sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
