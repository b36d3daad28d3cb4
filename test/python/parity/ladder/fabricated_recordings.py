"""Recordings of a model that was never built: random tensors, alike in both engines to the rounding of float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from twintune.parity.ladder.recording_file import Recording, RecordingHeader, save_recording
from twintune.protocol import Framework, Precision

IMAGES, CLASSES = 16, 10
STAGES = {"stem": (4, 8, 8), "layer1": (8, 4, 4), "layer2": (16, 2, 2)}
TRAINED = {
    "conv1.weight": (4, 3, 3, 3),
    "layer1.conv.weight": (8, 4, 3, 3),
    "layer1.bn.weight": (8,),
    "layer2.conv.weight": (16, 8, 3, 3),
    "head.0.weight": (CLASSES, 16),
    "head.0.bias": (CLASSES,),
}
STATISTICS = {"layer1.bn.running_mean": (8,), "layer1.bn.running_var": (8,)}
RATE = 1e-3

# Less than a place of float64, so that some values differ by one place and others not at all.
ROUNDING = 2**-53

Change = Callable[[Recording], Recording]


def fabricate(framework: Framework, precision: Precision = "float64") -> Recording:
    """The same values for each framework, but for rounding; and a rounding of its own for each precision."""
    draw = np.random.default_rng(0)
    tensors = _weights(draw) | _forward(draw) | _backward(draw)
    noise = np.random.default_rng([len(framework), len(precision)])
    rounding = ROUNDING if precision == "float64" else 2**-24
    for name, value in tensors.items():
        if not name.startswith("weights/") and not name.startswith("moved-"):
            tensors[name] = value * (1 + noise.uniform(-rounding, rounding, value.shape))
    # Moving the pixels moves the losses more from step to step.
    tensors["moved-steps"] = tensors["steps"] * (1 + 1e-14 * 3.0 ** np.arange(10))
    for name in TRAINED:
        tensors[f"moved-gradients/{name}"] = tensors[f"gradients/{name}"] * (1 + 1e-14)
    for name in STATISTICS:
        tensors[f"moved-batch-norm/{name}"] = tensors[f"batch-norm/{name}"] * (1 + 1e-13)
    if precision != "float64":
        tensors = {key: value.astype(np.float32) for key, value in tensors.items() if not key.startswith("moved-")}
    return Recording(_header(framework, precision), tensors)


def change_tensor(name: str, change: Callable[[np.ndarray], Any]) -> Change:
    """Makes a change of one tensor: `change` gets a copy, which it alters or replaces."""

    def apply(recording: Recording) -> Recording:
        copy = recording.tensors[name].copy()
        changed = change(copy)
        return replace(recording, tensors={**recording.tensors, name: copy if changed is None else changed})

    return apply


def change_value(name: str, index: tuple[int, ...], factor: float) -> Change:
    """Makes a change that multiplies one value of a tensor."""

    def change(tensor: np.ndarray) -> None:
        tensor[index] *= factor

    return change_tensor(name, change)


def set_value(name: str, index: tuple[int, ...], value: float) -> Change:
    """Makes a change that replaces one value of a tensor."""

    def change(tensor: np.ndarray) -> None:
        tensor[index] = value

    return change_tensor(name, change)


def without(*prefixes: str) -> Change:
    """Makes a change that leaves tensors out."""
    return lambda recording: replace(
        recording, tensors={k: v for k, v in recording.tensors.items() if not k.startswith(prefixes)}
    )


def change_header(**changes: Any) -> Change:
    """Makes a change of fields of the header."""

    def apply(recording: Recording) -> Recording:
        fields = {field: getattr(recording.header, field) for field in recording.header.__struct_fields__}
        return replace(recording, header=RecordingHeader(**{**fields, **changes}))

    return apply


def write(recording: Recording, folder: Path, *changes: Change) -> str:
    """Saves a recording with changes; returns its file."""
    for change in changes:
        recording = change(recording)
    header = recording.header
    file = folder / f"{header.framework}-{header.precision}.safetensors"
    save_recording(recording, file)
    return str(file)


def across_the_bridge(result: Any) -> Any:
    """The result as TypeScript gets it: NumPy's own numbers don't cross."""
    return msgspec.json.decode(msgspec.json.encode(result), type=type(result))


def _header(framework: Framework, precision: Precision) -> RecordingHeader:
    library = {"tensorflow": "stack", "pytorch": "module"}[framework]
    names = [*STAGES, *TRAINED, *STATISTICS]
    return RecordingHeader(
        framework=framework,
        precision=precision,
        last_rung="evaluation",
        trained="phase",
        pixel_digests=[f"digest {batch}" for batch in range(3)],
        library_names={name: f"{library}/{name}" for name in names},
        evaluation={"accuracy": 0.5, "loss": 1.25, "top5": None},
        versions="fabricated",
    )


def _weights(draw: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = {**TRAINED, **STATISTICS}
    return {f"weights/{name}": draw.normal(0, 0.1, shape) for name, shape in shapes.items()}


def _forward(draw: np.random.Generator) -> dict[str, np.ndarray]:
    tensors = {}
    for mode in ("inference", "training"):
        for stage, shape in STAGES.items():
            tensors[f"features/{mode}/{stage}"] = draw.normal(size=(IMAGES, *shape))
        tensors[f"features/{mode}/pooled"] = draw.normal(size=(IMAGES, 16))
        tensors[f"logits/{mode}"] = draw.normal(size=(IMAGES, CLASSES))
        tensors[f"loss/{mode}"] = draw.uniform(1, 3, IMAGES)
    return tensors


def _backward(draw: np.random.Generator) -> dict[str, np.ndarray]:
    tensors = {f"gradients/{name}": draw.normal(0, 0.01, shape) for name, shape in TRAINED.items()}
    before = np.random.default_rng(0)
    for name, shape in TRAINED.items():
        tensors[f"optimizer/{name}"] = before.normal(0, 0.1, shape) - RATE * np.sign(draw.normal(size=shape))
    tensors["steps"] = draw.uniform(1, 3, 10)
    for name, shape in STATISTICS.items():
        for group in ("first-batch-norm", "batch-norm"):
            tensors[f"{group}/{name}"] = draw.uniform(0.5, 1.5, shape)
    return tensors
