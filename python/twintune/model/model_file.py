"""The file of a trained model: its tensors, and in the header what is needed to use them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from twintune.backbones import find_backbone
from twintune.errors import TwintuneError
from twintune.model.tensor_files import DamagedTensors, load_sealed, save_sealed
from twintune.protocol import ModelInput, RunRequest, TrainedModelDescription

DESCRIPTION = "twintune"
"""The name of the text in the header that describes the model, as JSON."""
_VERSION = 1
"""The version of the description's format, which goes up when an earlier reader would misread it."""
_MEND = "Carry the run out again, or read its tensors without twintune, as docs/predict.md shows."


class ModelFile(NamedTuple):
    """The content of a trained model's file."""

    tensors: dict[str, np.ndarray]
    description: TrainedModelDescription


def model_file_of(run_directory: Path) -> Path:
    """The file of the trained model in the folder of a run."""
    return run_directory / "model" / "model.safetensors"


def describe_model(request: RunRequest, classes: list[str], model_input: ModelInput) -> TrainedModelDescription:
    """Describes the model that a run trains.

    Args:
        request: The run's request.
        classes: Class names, in the order of the logits.
        model_input: The description that the engine's input pipeline gives of itself.
    """
    weights = request.model.weights
    is_aligned = request.mode == "aligned"
    batch_norm = find_backbone(request.model.backbone).batch_norm_of(weights) if is_aligned else None
    return TrainedModelDescription(
        framework=request.framework,
        mode=request.mode,
        backbone=request.model.backbone,
        weights=msgspec.to_builtins(weights)["kind"],
        batch_norm_epsilon=batch_norm.epsilon if batch_norm else None,
        head=request.model.head,
        classes=classes,
        input=model_input,
        precision=request.training.precision,
    )


def save_model(tensors: Mapping[str, np.ndarray], description: TrainedModelDescription, file: Path) -> None:
    """Writes a trained model with its checksum; equal models make equal bytes.

    Args:
        tensors: The tensors of the backbone, and the head's `head.N.weight` and `head.N.bias`.
        description: The description for the header.
        file: The file to write or replace.
    """
    text = msgspec.json.encode({"formatVersion": _VERSION, **msgspec.to_builtins(description)})
    save_sealed(tensors, file, {DESCRIPTION: text.decode()})


def load_model_file(file: Path) -> ModelFile:
    """Reads a trained model.

    Raises:
        TwintuneError: MODEL_UNUSABLE if the file is missing, damaged, or without a description that can be read.
    """
    if not file.is_file():
        raise TwintuneError("MODEL_UNUSABLE", f"There is no trained model {file}.", "Name a run that has finished.")
    try:
        tensors, texts = load_sealed(file)
    except DamagedTensors as error:
        raise TwintuneError("MODEL_UNUSABLE", f"{file} can't be used: {error}.", "Carry the run out again.") from error
    return ModelFile(tensors, read_description(texts, file))


def read_description(texts: Mapping[str, str], file: Path) -> TrainedModelDescription:
    """Reads the description of a trained model.

    Args:
        texts: The texts of the file's header.
        file: The file, which an error names.

    Raises:
        TwintuneError: MODEL_UNUSABLE if there is no description that can be read.
    """
    if DESCRIPTION not in texts:
        raise TwintuneError(
            "MODEL_UNUSABLE", f"{file} doesn't say what it is of: an earlier version of twintune wrote it.", _MEND
        )
    try:
        fields = msgspec.json.decode(texts[DESCRIPTION], type=dict[str, Any])
        version = fields.pop("formatVersion", None)
        if version == _VERSION:
            return msgspec.convert(fields, TrainedModelDescription)
        reason = f"its header has the format {version}, and this version of twintune reads {_VERSION}"
    except msgspec.MsgspecError as error:
        reason = f"its header can't be read: {error}"
    raise TwintuneError("MODEL_UNUSABLE", f"{file} can't be used: {reason}.", _MEND)


def find_misdescribed(given: TrainedModelDescription, wanted: TrainedModelDescription) -> list[str]:
    """Names the fields of a model's description that aren't those expected, such as `input.resize`.

    The frameworks may differ, since one of them judges the other's model. All else is what a specification asks for.
    """
    fields, expected = _fields_by_path(given), _fields_by_path(wanted)
    return [path for path, value in expected.items() if path != "framework" and fields[path] != value]


def _fields_by_path(description: TrainedModelDescription) -> dict[str, Any]:
    fields = msgspec.to_builtins(description)
    inner = {f"{of}.{name}": value for of in ("head", "input") for name, value in fields.pop(of).items()}
    return {**fields, **inner}
