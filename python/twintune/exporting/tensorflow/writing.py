"""The artefacts of TensorFlow's models."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from twintune.backbones import find_idiomatic_pair
from twintune.data.dataset import Split
from twintune.data.preprocessing import Resizing
from twintune.engines.tensorflow.aligned import AlignedEngine
from twintune.exporting.configuration import describe_preprocessing, output_of
from twintune.exporting.tensorflow.classifier import build_classifier
from twintune.protocol import ExportFormat, TrainedModelDescription
from twintune.trained.loading import TrainedModel

_OPSET = 18
_IR_VERSION = 10
"""The version of ONNX' file format that came with the opset: older runtimes refuse a newer one."""


def write_artefact(trained: TrainedModel, name: ExportFormat, file: Path) -> None:
    """Writes an artefact, but for the tensors alone, which need no framework.

    Args:
        trained: The loaded model.
        name: The format.
        file: The artefact's file or folder.
    """
    engine: Any = trained.engine
    with tf.device("/CPU:0"):
        classifier = build_classifier(engine, trained.description)
        if name == "keras":
            classifier.save(file)
            return
        serve = _serving_function(classifier, trained.description)
        if name == "saved-model":
            _write_saved_model(classifier, serve, file)
        else:
            _write_onnx(serve, trained.description, file)


def network_of(trained: TrainedModel) -> dict[str, Any]:
    """Describes how the network is built in TensorFlow, for the tensors by themselves."""
    engine: Any = trained.engine
    if isinstance(engine, AlignedEngine):
        raise TypeError("the network of aligned mode is described for both frameworks alike")
    chosen = find_idiomatic_pair(trained.description.backbone).keras_applications
    return {
        "library": "keras.applications",
        "architecture": chosen.model,
        "variables": [variable.path for variable in engine.backbone.weights],
    }


def read_pixels(trained: TrainedModel, split: Split, position: int) -> np.ndarray:
    """Reads an image as the artefacts take it: [height, width, 3], in idiomatic mode floats that TensorFlow resized."""
    image = trained.description.input
    if image.library != "TensorFlow":
        return np.asarray(split.open_resized(position, Resizing(image.size, image.interpolation, image.crop_fraction)))
    with tf.device("/CPU:0"):
        return tf.image.resize(np.asarray(split.open(position)), (image.size, image.size)).numpy()


def _serving_function(classifier: keras.Model, model: TrainedModelDescription) -> Any:
    """A traced function of a batch of any size, whose input and output have names."""
    output = output_of(model)
    [pixels] = classifier.inputs
    spec = tf.TensorSpec([None, *pixels.shape[1:]], pixels.dtype, name="pixels")
    return tf.function(lambda pixels: {output: classifier(pixels, training=False)}, input_signature=[spec])


def _write_saved_model(classifier: keras.Model, serve: Any, folder: Path) -> None:
    archive: Any = keras.export.ExportArchive()
    archive.track(classifier)
    archive.add_endpoint("serve", serve)
    with contextlib.redirect_stdout(io.StringIO()):
        archive.write_out(str(folder), verbose=False)


def _write_onnx(serve: Any, model: TrainedModelDescription, file: Path) -> None:
    import onnx  # pyright: ignore[reportMissingImports]
    import tf2onnx  # pyright: ignore[reportMissingImports]

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    # tf2onnx freezes variables, but no other tensor that a function holds, such as those of Keras' Normalization.
    frozen, output = convert_variables_to_constants_v2(serve.get_concrete_function()), output_of(model)
    signature = serve.input_signature
    named = tf.function(lambda pixels: {output: frozen(pixels)[0]}, input_signature=signature)
    program, _ = tf2onnx.convert.from_function(named, input_signature=signature, opset=_OPSET)
    program.ir_version = _IR_VERSION
    for value in (*program.graph.input, *program.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.helper.set_model_props(program, {"preprocessing": json.dumps(describe_preprocessing(model))})
    onnx.save(program, file)
