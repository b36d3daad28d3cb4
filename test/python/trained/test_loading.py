"""A trained model is loaded without its data and its first weights, and predicts as the run's test did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import IDIOMATIC_BACKBONES, MOSTLY_PYTORCH, PHASE
from safetensors.numpy import load_file
from twintune.data.splits import open_splits
from twintune.engines import create_trained_engine
from twintune.model import weights
from twintune.model.model_file import model_file_of
from twintune.protocol import RunRequest
from twintune.trained.loading import load_trained_model
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

OPTIMIZER = {key: value for key, value in PHASE["optimizer"].items() if key != "epsilon"}


def train(request: RunRequest) -> Path:
    run(request, lambda report: None)
    return model_file_of(Path(request.run_directory))


def images_of_test(request: RunRequest):
    return open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda done, total: None).test


def logits_of_test(request: RunRequest) -> np.ndarray:
    return load_file(Path(request.run_directory) / "predictions.safetensors")["logits"]


@pytest.mark.parametrize(
    ("framework", "precision"),
    [
        ("pytorch", "float64"),
        # The comparisons of test/integration are of both frameworks, and predict with both.
        pytest.param("tensorflow", "float32", marks=pytest.mark.slow),
        pytest.param("tensorflow", "float64", marks=pytest.mark.slow),
        pytest.param("pytorch", "bfloat16", marks=pytest.mark.slow),
    ],
)
def test_the_loaded_model_gives_the_logits_of_the_run_s_test(
    make_request, monkeypatch: pytest.MonkeyPatch, framework: str, precision: str
) -> None:
    # Whatever decides how an image becomes numbers has to come back, the way to the square too.
    phase = {**PHASE, "trainable": "all", "batchNorm": "train"}
    request = make_request(framework, dataset={"resize": "crop"}, training={"precision": precision, "phases": [phase]})
    file = train(request)
    images = images_of_test(request)
    monkeypatch.setattr(weights, "random_tensors", None)
    monkeypatch.setattr(weights, "resolve_weights", None)
    model = load_trained_model(file, "cpu")
    assert model.classes == images.dataset.classes
    assert model.description.input.crop_fraction is not None
    bound = {"float64": 1e-12, "float32": 1e-5, "bfloat16": 2e-2}[precision]
    assert np.allclose(model.logits(images, batch_size=5), logits_of_test(request), rtol=bound, atol=bound)


@pytest.mark.parametrize("framework", MOSTLY_PYTORCH)
def test_the_loaded_model_of_idiomatic_mode_gives_the_logits_of_the_run_s_test(make_request, framework: str) -> None:
    model = {
        "backbone": IDIOMATIC_BACKBONES[framework],
        "weights": {"kind": "random"},
        "head": {"hidden": [4], "activation": "relu", "dropout": 0.0},
    }
    phase = {**PHASE, "trainable": "all", "optimizer": OPTIMIZER}
    request = make_request(framework, mode="idiomatic", model=model, training={"batchSize": 18, "phases": [phase]})
    file = train(request)
    loaded = load_trained_model(file, "cpu")
    assert np.allclose(loaded.logits(images_of_test(request)), logits_of_test(request), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_inception_scales_its_pixels_for_imagenet_weights_that_are_not_loaded_again(make_request) -> None:
    model = {
        "backbone": "inception_v3",
        "weights": {"kind": "imagenet"},
        "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
    }
    phase = {**PHASE, "optimizer": OPTIMIZER}
    request = make_request("pytorch", mode="idiomatic", model=model, training={"batchSize": 18, "phases": [phase]})
    engine: Any = create_trained_engine(request, 3, Path("model.safetensors"))
    assert engine.model.transform_input
