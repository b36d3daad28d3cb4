"""An exported model answers in its own runtime, without twintune, as the run's test did."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import IDIOMATIC_BACKBONES, PHASE
from PIL import Image
from safetensors.numpy import load_file
from twintune.data.splits import open_splits
from twintune.errors import TwintuneError
from twintune.exporting.exporting import export_model
from twintune.model.model_file import model_file_of
from twintune.model.tensor_files import load_sealed, save_sealed
from twintune.protocol import ExportModelRequest, ExportModelResult, RunRequest
from twintune.trained.loading import load_trained_model
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

ROOT = Path(__file__).resolve().parents[3]
FORMATS = {
    "tensorflow": ["safetensors", "keras", "saved-model", "onnx"],
    "pytorch": ["safetensors", "torch-export", "onnx"],
}
OPTIMIZER = {key: value for key, value in PHASE["optimizer"].items() if key != "epsilon"}


def export(request: RunRequest, folder: Path, formats: list) -> ExportModelResult:
    if "onnx" in formats:
        for package in ("onnxruntime", "onnxscript", "tf2onnx"):
            pytest.importorskip(package, reason="requirements-export.txt is not installed")
    folder.mkdir()
    return export_model(ExportModelRequest(run=request, formats=formats, folder=str(folder)), lambda report: None)


def blocks_of_docs(folder: Path) -> list[str]:
    """The programs of docs/export.md that load what lies in a folder, where a photo is put."""
    Image.new("RGB", (40, 30), "teal").save(folder / "photo.jpg")
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "export.md").read_text(), re.DOTALL)
    names = ("model.keras", "saved-model", "model.onnx", "model.pt2")
    present = [name for name in names if (folder / name).exists()]
    chosen = [program for program in programs if any(f'"{name}"' in program for name in present)]
    assert len(chosen) == len(present)
    return chosen


def train(request: RunRequest) -> RunRequest:
    run(request, lambda report: None)
    return request


def assert_described_as_trained(request: RunRequest, folder: Path) -> None:
    """Holds what preprocessing.json and preprocess.py make of an image against what the network saw of it."""
    said = json.loads((folder / "preprocessing.json").read_text())
    program = runpy.run_path(str(folder / "preprocess.py"))
    split = open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda done, total: None).test
    model = load_trained_model(model_file_of(Path(request.run_directory)), "cpu")
    expected = np.concatenate([batch.inputs for batch in model.engine.pipeline.ordered_batches(split)])
    pixels = np.stack([program["preprocess"](split.read(position)) for position in range(len(split))])
    inside = said["insideModel"]
    assert np.allclose((pixels * inside["scale"] - inside["mean"]) / inside["std"], expected, atol=1e-5)
    assert program["CLASSES"] == model.classes


@pytest.mark.parametrize(
    ("framework", "name"),
    [("pytorch", "torch-export"), pytest.param("tensorflow", "keras", marks=pytest.mark.slow)],
)
def test_an_artefact_gives_the_metrics_of_the_run(make_request, tmp_path: Path, framework: str, name: str) -> None:
    request = train(make_request(framework))
    exported = export(request, tmp_path / "export", [name])
    [artefact] = exported.artefacts
    assert artefact.metrics.accuracy == exported.metrics.accuracy
    assert artefact.difference < 1e-5
    assert artefact.ties == []
    assert all((tmp_path / "export" / file.file).stat().st_size == file.bytes for file in artefact.files)
    assert_described_as_trained(request, tmp_path / "export")


@pytest.mark.slow
@pytest.mark.parametrize("framework", FORMATS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_every_format_of_aligned_mode(make_request, tmp_path: Path, framework: str, precision: str) -> None:
    model = {
        "backbone": "resnet18",
        "weights": {"kind": "random"},
        "head": {"hidden": [4], "activation": "silu", "dropout": 0.0},
    }
    phase = {**PHASE, "trainable": "all"}
    request = make_request(framework, model=model, training={"precision": precision, "phases": [phase]})
    # ONNX Runtime has no convolution in float64.
    formats = [name for name in FORMATS[framework] if (precision, name) != ("float64", "onnx")]
    exported = export(train(request), tmp_path / "export", formats)
    for artefact in exported.artefacts:
        assert artefact.metrics.accuracy == exported.metrics.accuracy, artefact.format
        assert artefact.difference < artefact.bound, artefact.format
    for block in blocks_of_docs(tmp_path / "export"):
        ran = subprocess.run([sys.executable, "-c", block], cwd=tmp_path / "export", capture_output=True, text=True)
        assert ran.stdout.strip().splitlines()[-1] in exported.model.classes, ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("framework", FORMATS)
def test_every_format_of_idiomatic_mode(make_request, tmp_path: Path, framework: str) -> None:
    model = {
        "backbone": IDIOMATIC_BACKBONES[framework],
        "weights": {"kind": "random"},
        "head": {"hidden": [4], "activation": "relu", "dropout": 0.25},
    }
    phase = {**PHASE, "trainable": "all", "optimizer": OPTIMIZER}
    request = make_request(framework, mode="idiomatic", model=model, training={"batchSize": 18, "phases": [phase]})
    exported = export(train(request), tmp_path / "export", FORMATS[framework])
    assert exported.output == ("probabilities" if framework == "tensorflow" else "logits")
    for artefact in exported.artefacts:
        assert artefact.metrics.accuracy == exported.metrics.accuracy, artefact.format
        assert artefact.difference < artefact.bound, artefact.format


def test_other_test_images_are_refused(make_request, tmp_path: Path) -> None:
    request = train(make_request("pytorch"))
    predictions = Path(request.run_directory) / "predictions.safetensors"
    tensors, metadata = load_sealed(predictions)
    save_sealed(tensors, predictions, {**metadata, "data": "of other images"})
    with pytest.raises(TwintuneError) as raised:
        export(request, tmp_path / "export", ["torch-export"])
    assert raised.value.code == "DATASET_CHANGED"


@pytest.mark.slow
def test_the_exported_tensors_are_the_run_s(make_request, tmp_path: Path) -> None:
    request = train(make_request("pytorch"))
    export(request, tmp_path / "export", ["safetensors"])
    theirs = load_file(Path(request.run_directory) / "model" / "model.safetensors")
    ours = load_file(tmp_path / "export" / "model.safetensors")
    assert theirs.keys() == ours.keys()
    assert all(np.array_equal(theirs[name], ours[name]) for name in theirs)
