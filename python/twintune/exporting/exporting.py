"""The export of a run's trained model, each artefact of which is tested in its own runtime before it counts."""

from __future__ import annotations

import importlib
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from twintune.backbones import find_backbone
from twintune.data.checking import progress_reports
from twintune.data.splits import open_splits
from twintune.engines.environment import versions, versions_of
from twintune.errors import TwintuneError
from twintune.evaluation.evaluation import DATA, predictions_file_of
from twintune.evaluation.metrics import evaluate_logits
from twintune.exporting.checking import KeptTest, check_artefact, interpreter_of
from twintune.exporting.configuration import describe_preprocessing, output_of, write_json
from twintune.exporting.formats import ARTEFACTS, check_packages, check_precision
from twintune.exporting.start_weights import describe_start_weights
from twintune.model.model_file import load_model_file, model_file_of
from twintune.model.tensor_files import DamagedTensors, load_sealed, save_atomically
from twintune.protocol import (
    EmitExporting,
    ExportedArtefact,
    ExportedFile,
    ExportFormat,
    ExportingReport,
    ExportModelRequest,
    ExportModelResult,
)
from twintune.trained.loading import TrainedModel, load_trained_model

_BESIDE = Path(__file__).resolve().parent / "beside"
_EXPORTERS = ("onnx", "onnxscript", "tf2onnx")


def export_model(request: ExportModelRequest, emit: EmitExporting) -> ExportModelResult:
    """Writes artefacts of a trained model into a folder, and tests each of them.

    Args:
        request: The run, whose folder has the trained model, the formats, and the folder.
        emit: A function that takes reports on what is done; it may raise `Cancelled`.

    Raises:
        TwintuneError: MODEL_UNUSABLE or PREDICTIONS_UNUSABLE if the run's files can't be used, DATASET_CHANGED or
            another code of the data if its test images can't be had as they were, PACKAGE_MISSING,
            PRECISION_UNAVAILABLE, or EXPORT_DISAGREES if an artefact answers otherwise than the run.
    """
    run, folder = request.run, Path(request.folder)
    check_packages(run.framework, request.formats)
    check_precision(run.training.precision, request.formats)
    trained = load_trained_model(model_file_of(Path(run.run_directory)), "cpu")
    library = importlib.import_module(f"twintune.exporting.{run.framework}.writing")
    with tempfile.TemporaryDirectory(prefix="twintune-export-") as temporary:
        test = _open_test(request, trained, library, Path(temporary), emit)
        _write_beside(trained, folder)
        artefacts = []
        for name in request.formats:
            emit(ExportingReport(name, "write"))
            program = _write(trained, request, library, name, folder)
            emit(ExportingReport(name, "check"))
            check = check_artefact(test, name, folder, program, interpreter_of(program, run.torch_python))
            artefacts.append(
                ExportedArtefact(
                    format=name,
                    files=_files_of(name, folder),
                    runtime=check.runtime,
                    metrics=check.metrics,
                    difference=check.difference,
                    bound=check.bound,
                    ties=check.ties,
                )
            )
    metrics = evaluate_logits(test.logits, test.split.labels)
    return ExportModelResult(
        model=trained.description,
        weights=describe_start_weights(run),
        output=test.output,
        images=len(test.split),
        metrics=metrics,
        accuracy_interval=_wilson_interval(metrics.accuracy, len(test.split)),
        artefacts=artefacts,
        versions={"python": platform.python_version(), **versions(run.framework), **versions_of(_EXPORTERS)},
    )


def _open_test(
    request: ExportModelRequest,
    trained: TrainedModel,
    library: Any,
    folder: Path,
    emit: EmitExporting,
) -> KeptTest:
    """Reads the run's test images once, as the artefacts take them, into a file of the folder."""
    run, classes = request.run, trained.classes
    file = predictions_file_of(Path(run.run_directory))
    try:
        kept = load_sealed(file)
    except DamagedTensors as error:
        raise TwintuneError("PREDICTIONS_UNUSABLE", f"{file} can't be used: {error}.") from error
    splits = open_splits(run.dataset, run.seeds.split, run.cache_directory, progress_reports(emit))
    if kept.metadata.get(DATA) != splits.digest:
        raise TwintuneError(
            "DATASET_CHANGED",
            f"The images are not those any more that {Path(run.run_directory).name} was trained and tested on, so that"
            " the export can't be tested.",
            "Put them back as they were.",
        )
    size = trained.description.input.size
    first = library.read_pixels(trained, splits.test, 0)
    pixels = np.lib.format.open_memmap(
        folder / "pixels.npy", mode="w+", dtype=first.dtype, shape=(len(splits.test), size, size, 3)
    )
    for position in range(len(splits.test)):
        pixels[position] = library.read_pixels(trained, splits.test, position)
    pixels.flush()
    return KeptTest(
        split=splits.test,
        classes=classes,
        logits=kept.tensors["logits"],
        output=output_of(trained.description),
        mode=run.mode,
        precision=run.training.precision,
        pixels=folder / "pixels.npy",
    )


def _write_beside(trained: TrainedModel, folder: Path) -> None:
    """Writes what an artefact can't hold: how an image is decoded and resized, as figures and as ready code."""
    write_json(describe_preprocessing(trained.description), folder / "preprocessing.json")
    for name in ("preprocess.py", "preprocess.mjs"):
        shutil.copyfile(_BESIDE / name, folder / name)


def _write(trained: TrainedModel, request: ExportModelRequest, library: Any, name: ExportFormat, folder: Path) -> str:
    """Writes an artefact, and returns the key of the program that runs it."""
    if name != "safetensors":
        library.write_artefact(trained, name, folder / ARTEFACTS[name])
        return name
    network = _aligned_network(request) if request.run.mode == "aligned" else library.network_of(trained)
    write_json({**network, **_shared_configuration(trained)}, folder / "config.json")
    tensors = load_model_file(model_file_of(Path(request.run.run_directory))).tensors
    save_atomically(tensors, folder / ARTEFACTS[name])
    return network["library"]


def _aligned_network(request: ExportModelRequest) -> dict[str, Any]:
    model = request.run.model
    batch_norm = find_backbone(model.backbone).batch_norm_of(model.weights)
    return {
        "library": "timm",
        "architecture": model.backbone,
        "batchNorm": None if batch_norm is None else {"epsilon": batch_norm.epsilon},
        # VGG's two wide layers before the classifier, which neither framework has in aligned mode.
        "leftOut": ["pre_logits"] if model.backbone.startswith("vgg") else [],
    }


def _shared_configuration(trained: TrainedModel) -> dict[str, Any]:
    preprocessing, head = describe_preprocessing(trained.description), trained.description.head
    inside = preprocessing["insideModel"]
    return {
        "head": {"layers": len(head.hidden) + 1, "hidden": head.hidden, "activation": head.activation},
        "input": {
            **{name: preprocessing["input"][name] for name in ("shape", "dtype")},
            **{name: inside[name] for name in ("channels", "mean", "std")},
        },
        "output": preprocessing["output"]["name"],
        "classes": trained.classes,
    }


def _files_of(name: ExportFormat, folder: Path) -> list[ExportedFile]:
    artefact = folder / ARTEFACTS[name]
    files = sorted(path for path in artefact.rglob("*") if path.is_file()) if artefact.is_dir() else [artefact]
    if name == "safetensors":
        files.append(folder / "config.json")
    return [ExportedFile(str(path.relative_to(folder)), path.stat().st_size) for path in files]


def _wilson_interval(accuracy: float, images: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(round(accuracy * images), images).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)
