"""In the half precisions convolutions and activations are half and all else is float32, in both engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from parity import build_pytorch, build_tensorflow, pixels, write_weights
from twintune.errors import TwintuneError
from twintune.precision import describe_dtypes
from twintune.training_loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

HALVES = ["bfloat16", "float16"]
# The smallest of each family.
BACKBONES = ["efficientnet_lite0", "resnet18"]
# Two engines with the same arithmetic round alike on the whole (1.01 at most, measured), not in every value: a
# convolution that stayed in float32, or a sum kept in half, shows as a larger factor.
RMS_FACTOR = 3


@pytest.fixture(scope="module", params=BACKBONES)
def weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, write_weights(request.param, tmp_path_factory.mktemp("weights"))


@pytest.mark.parametrize("half", HALVES)
def test_every_keras_layer_computes_in_half_and_every_variable_is_float32(weights: tuple[str, Path], half: str) -> None:
    model = build_tensorflow(*weights, half)
    assert {layer.compute_dtype for layer in model.backbone._flatten_layers(include_self=False)} == {half}
    assert {variable.dtype for variable in model.backbone.variables} == {"float32"}
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    assert {variable.dtype for layer in model.layers for variable in layer.variables} == {"float32"}


@pytest.mark.parametrize("half", HALVES)
def test_every_traced_convolution_is_half_and_pooling_and_head_are_float32(
    weights: tuple[str, Path], half: str
) -> None:
    import tensorflow as tf

    model = build_tensorflow(*weights, half)

    @tf.function
    def forward(pixels):
        features = model.features(pixels)
        return features, model.logits(features)

    graph = forward.get_concrete_function(tf.TensorSpec([2, 33, 33, 3], tf.float32)).graph
    dtypes: dict[str, set[str]] = {}
    for operation in graph.get_operations():
        if "T" in operation.node_def.attr:
            dtypes.setdefault(operation.type, set()).add(operation.get_attr("T").name)
    convolutions = [found for kind, found in dtypes.items() if "Conv2d" in kind or "Conv2D" in kind]
    assert convolutions and all(found == {half} for found in convolutions)
    assert all(found == {half} for kind, found in dtypes.items() if "Relu" in kind)
    assert dtypes["MatMul"] == {"float32"}
    assert [output.dtype for output in graph.structured_outputs] == [tf.float32, tf.float32]


@pytest.mark.parametrize("half", HALVES)
def test_every_torch_module_gives_half_and_every_tensor_is_float32(weights: tuple[str, Path], half: str) -> None:
    import torch

    model = build_pytorch(*weights, half)
    found: dict[str, torch.dtype] = {}
    for name, module in model.backbone.named_modules():
        if name:
            module.register_forward_hook(lambda _, __, output, name=name: found.__setitem__(name, output.dtype))
    features = model.features(torch.zeros(2, 3, 33, 33))
    assert {name: dtype for name, dtype in found.items() if dtype != getattr(torch, half)} == {}
    assert {tensor.dtype for tensor in model.backbone.state_dict().values()} <= {torch.float32, torch.int64}
    assert {parameter.dtype for layer in model.layers for parameter in layer.parameters()} == {torch.float32}
    assert (features.dtype, model.logits(features).dtype) == (torch.float32, torch.float32)


@pytest.mark.parametrize("half", HALVES)
def test_both_engines_read_the_same_dtypes_back(weights: tuple[str, Path], half: str) -> None:
    same = f"parameters float32, statistics float32, convolutions {half}, head float32"
    assert dtypes_read_back(*weights, half) == (same, same)


def test_what_comes_after_pooling_is_float32_as_the_head_is(tmp_path: Path) -> None:
    name = "mobilenetv3_small_100"
    same = "parameters float32, statistics float32, convolutions bfloat16, head float32"
    assert dtypes_read_back(name, write_weights(name, tmp_path), "bfloat16") == (same, same)


def test_outputs_of_stages_are_half_in_both_engines(weights: tuple[str, Path]) -> None:
    import torch
    from twintune.backbones import find_backbone
    from twintune.engines.pytorch import stages as pytorch
    from twintune.engines.tensorflow import stages as tensorflow

    entry, images = find_backbone(weights[0]), pixels("float32", 33)
    ours = tensorflow.build_stage_outputs(build_tensorflow(*weights, "bfloat16"), entry)(images)
    with torch.inference_mode():
        channels_first = torch.from_numpy(images).permute(0, 3, 1, 2)
        theirs = pytorch.build_stage_outputs(build_pytorch(*weights, "bfloat16"), entry)(channels_first)
    assert {output.dtype.name for output in ours.values()} == {"bfloat16"}
    assert {output.dtype for output in theirs.values()} == {torch.bfloat16}


def dtypes_read_back(name: str, file: Path, half: str) -> tuple[str, str]:
    from twintune.engines.pytorch import live_dtypes as pytorch
    from twintune.engines.tensorflow import live_dtypes as tensorflow

    ours = describe_dtypes(tensorflow.live_dtypes(build_tensorflow(name, file, half)))
    return ours, describe_dtypes(pytorch.live_dtypes(build_pytorch(name, file, half)))


def test_reading_the_dtypes_back_moves_no_statistics(weights: tuple[str, Path]) -> None:
    from twintune.engines.pytorch.batch_norm import set_batch_norm_mode
    from twintune.engines.pytorch.live_dtypes import live_dtypes

    model = build_pytorch(*weights, "float32")
    set_batch_norm_mode(model.batch_norms, "train")
    before = {name: tensor.copy() for name, tensor in model.backbone_tensors().items()}
    live_dtypes(model)
    assert all(np.array_equal(tensor, before[name]) for name, tensor in model.backbone_tensors().items())
    assert all(layer.training for layer in model.batch_norms)


def test_bfloat16_features_are_as_far_from_the_truth_in_both_engines(weights: tuple[str, Path]) -> None:
    images = pixels("float64", 65)
    truth = features_tensorflow(build_tensorflow(*weights, "float64"), images)
    ours = rms(features_tensorflow(build_tensorflow(*weights, "bfloat16"), images.astype(np.float32)) - truth)
    theirs = rms(features_pytorch(build_pytorch(*weights, "bfloat16"), images.astype(np.float32)) - truth)
    # Half precision it is: float32 would be nearer by four orders of magnitude.
    assert min(ours, theirs) / rms(truth) > 1e-3
    assert max(ours, theirs) / min(ours, theirs) < RMS_FACTOR


@pytest.mark.parametrize("precision", ["float64", *HALVES])
def test_building_in_a_precision_leaves_keras_as_it_was(weights: tuple[str, Path], precision: str) -> None:
    import keras

    build_tensorflow(*weights, precision)
    assert (keras.config.floatx(), keras.config.dtype_policy().name) == ("float32", "float32")


def test_a_run_in_bfloat16_reports_the_same_precision_in_both_frameworks(make_request) -> None:
    results = [
        run(make_request(framework, training={"precision": "bfloat16"}), lambda report: None)
        for framework in ("tensorflow", "pytorch")
    ]
    ours, theirs = (result.facts for result in results)
    assert ours.precision == theirs.precision
    assert "convolutions bfloat16" in ours.precision
    # The pixels are float32 in both.
    assert ours.pixels == theirs.pixels


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_float16_on_a_cpu_is_refused(make_request, framework: str) -> None:
    request = make_request(framework, training={"precision": "float16"}, device="cpu")
    with pytest.raises(TwintuneError, match="float16 needs a GPU") as caught:
        run(request, lambda report: None)
    assert caught.value.code == "PRECISION_UNAVAILABLE"


def features_tensorflow(model, pixels: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    return tf.function(model.features)(pixels).numpy()


def features_pytorch(model, pixels: np.ndarray) -> np.ndarray:
    import torch

    with torch.inference_mode():
        return model.features(torch.from_numpy(pixels).permute(0, 3, 1, 2)).numpy()


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
