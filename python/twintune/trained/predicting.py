"""The prediction of the classes of images by the trained model that this process holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twintune.errors import TwintuneError
from twintune.evaluation.metrics import probabilities_of
from twintune.protocol import (
    ClassProbability,
    ImagePrediction,
    LoadModelRequest,
    LoadModelResult,
    PredictRequest,
    PredictResult,
)
from twintune.trained.image_files import open_image_files
from twintune.trained.loading import TrainedModel, load_trained_model

_loaded: list[TrainedModel] = []
"""The model that predictions are asked of; none before the first one is loaded."""


def load_model(request: LoadModelRequest) -> LoadModelResult:
    """Loads the model for the predictions to come, in place of the one before.

    Raises:
        TwintuneError: As `load_trained_model` does.
    """
    # The memory of the model before is free for the new one.
    _loaded.clear()
    model = load_trained_model(Path(request.file), request.device, request.digest)
    _loaded.append(model)
    return LoadModelResult(model=model.description, device=model.engine.placement())


def predict(request: PredictRequest) -> PredictResult:
    """Predicts the classes of image files with the model that was loaded last.

    Raises:
        TwintuneError: INTERNAL if no model is loaded, MODEL_UNUSABLE if its outputs aren't finite.
    """
    if not _loaded:
        raise TwintuneError("INTERNAL", "A prediction was asked for before a model was loaded.")
    (model,) = _loaded
    images = open_image_files(request.images, model.classes)
    logits = model.logits(images, request.batch_size)
    readable = [position for position in range(len(images)) if position not in images.problems]
    if not np.isfinite(logits[readable]).all():
        raise TwintuneError(
            "MODEL_UNUSABLE", "The model's outputs for these images are not finite.", "Use the model of another run."
        )
    # By the logits, as the run's test has it: different logits may have equal probabilities.
    order = np.argsort(-logits, axis=1, kind="stable")[:, : request.top]
    probabilities = probabilities_of(logits)
    return PredictResult(
        [
            ImagePrediction([], images.problems[position])
            if position in images.problems
            else ImagePrediction(
                [ClassProbability(model.classes[index], float(probabilities[position, index])) for index in ranked],
                None,
            )
            for position, ranked in enumerate(order)
        ]
    )
