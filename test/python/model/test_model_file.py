"""The file of a trained model says what it is of, and one that can't be used is refused with the mend."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from twintune.errors import TwintuneError
from twintune.model.model_file import find_misdescribed, load_model_file, save_model
from twintune.model.tensor_files import save_sealed
from twintune.protocol import Head, ModelInput, TrainedModelDescription

TENSORS = {"head.0.weight": np.ones((2, 3), np.float32), "head.0.bias": np.zeros(2, np.float32)}
DESCRIPTION = TrainedModelDescription(
    framework="pytorch",
    mode="aligned",
    backbone="resnet18",
    weights="imagenet",
    batch_norm_epsilon=1e-5,
    head=Head(hidden=[], activation="relu", dropout=0.0),
    classes=["cat", 'a "dog", ≠ cat'],
    input=ModelInput(
        size=97,
        resize="squash",
        crop_fraction=None,
        library="Pillow",
        interpolation="bicubic",
        antialias=True,
        channels="RGB",
        mean=(0.1, 0.2, 0.3),
        std=(0.4, 0.5, 0.6),
    ),
    precision="float32",
)


def write(file: Path, text: str) -> Path:
    save_sealed(TENSORS, file, {"twintune": text})
    return file


def test_a_model_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    file = tmp_path / "model" / "model.safetensors"
    save_model(TENSORS, DESCRIPTION, file)
    tensors, description = load_model_file(file)
    assert description == DESCRIPTION
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
        name: tensor.tolist() for name, tensor in TENSORS.items()
    }


def test_equal_models_make_equal_bytes(tmp_path: Path) -> None:
    files = [tmp_path / name for name in "ab"]
    for file in files:
        save_model(TENSORS, DESCRIPTION, file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_that_is_missing_cut_off_or_of_an_earlier_version_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    save_model(TENSORS, DESCRIPTION, whole)
    cut, early = tmp_path / "cut", tmp_path / "early"
    cut.write_bytes(whole.read_bytes()[:-4])
    save_sealed(TENSORS, early)
    for file, reason in ((tmp_path / "none", "no trained model"), (cut, "can't be used"), (early, "earlier version")):
        with pytest.raises(TwintuneError, match=reason) as refused:
            load_model_file(file)
        assert refused.value.code == "MODEL_UNUSABLE"
        assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no JSON", "header can't be read"),
        ("[]", "header can't be read"),
        (json.dumps({"formatVersion": 99}), "format 99"),
        (json.dumps({"formatVersion": 1, "framework": "jax"}), "header can't be read"),
        (json.dumps({"formatVersion": 1, **msgspec.to_builtins(DESCRIPTION), "surplus": 1}), "header can't be read"),
    ],
)
def test_a_header_that_says_something_else_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TwintuneError, match=reason) as refused:
        load_model_file(write(tmp_path / "file", text))
    assert refused.value.code == "MODEL_UNUSABLE"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"framework": "tensorflow"}, []),
        ({"input": msgspec.structs.replace(DESCRIPTION.input, resize="crop", size=96)}, ["input.size", "input.resize"]),
        ({"head": Head(hidden=[], activation="silu", dropout=0.0)}, ["head.activation"]),
        ({"classes": ["dog", "cat"], "precision": "bfloat16"}, ["classes", "precision"]),
    ],
)
def test_fields_that_are_not_those_of_the_same_model_of_the_other_framework_are_named(
    change: dict, fields: list[str]
) -> None:
    assert find_misdescribed(msgspec.structs.replace(DESCRIPTION, **change), DESCRIPTION) == fields
