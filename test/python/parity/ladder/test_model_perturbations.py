"""What is planted in a live model shows where it is planted, and nowhere before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from aligned_models import build_pytorch, pixels, write_weights
from twintune.backbones import find_backbone
from twintune.protocol import PerturbationName, Precision, RunRequest

pytestmark = pytest.mark.usefixtures("frameworks")

# Of a stage's largest value. What isn't reached is the same to the last bit; the least that is planted, a millionth of
# one weight, comes out as 1e-8.
SHOWS = 1e-9
SIZE = 33
# Depthwise convolutions, and no BatchNorm: the stages of resnet18 are looked at by the ladder itself.
MIDDLE = {"efficientnet_lite0": "blocks.3", "vgg11": "features.6"}

Outputs = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of weights whose BatchNorm layers are not the identity."""
    folder = tmp_path_factory.mktemp("weights")
    return {backbone: write_weights(backbone, folder) for backbone in ("resnet18", *MIDDLE)}


@pytest.fixture(scope="module")
def undisturbed(request: pytest.FixtureRequest, weights: dict[str, Path]) -> tuple[str, Outputs]:
    """A backbone, and the outputs of its stages."""
    backbone = request.param
    return backbone, stage_outputs(build_pytorch(backbone, weights[backbone], "float64"), backbone)


@pytest.fixture
def build(weights: dict[str, Path], make_request: Callable[..., RunRequest]) -> Callable:
    """Builds a model with a perturbation."""

    def build(backbone: str, perturbation: PerturbationName, precision: Precision = "float64"):
        from twintune.parity.ladder.model_perturbations import plant_in_model

        request = make_request("pytorch", training={"precision": precision})
        request.model.backbone = backbone
        model = build_pytorch(backbone, weights[backbone], precision)
        plant_in_model(perturbation, model, request)
        return model

    return build


@pytest.mark.parametrize(
    ("undisturbed", "perturbation"),
    [
        ("efficientnet_lite0", "weight"),
        ("efficientnet_lite0", "bn-epsilon"),
        ("efficientnet_lite0", "padding"),
        ("efficientnet_lite0", "precision"),
        ("vgg11", "padding"),
        ("vgg11", "precision"),
    ],
    indirect=["undisturbed"],
)
def test_stages_differ_from_the_middle_one_on(
    undisturbed: tuple[str, Outputs], perturbation: str, build: Callable
) -> None:
    backbone, expected = undisturbed
    found = stage_outputs(build(backbone, perturbation), backbone)
    stages = list(expected)
    middle = stages.index(MIDDLE[backbone])
    assert all(np.array_equal(found[stage], expected[stage]) for stage in stages[:middle])
    assert all(difference(found[stage], expected[stage]) > SHOWS for stage in stages[middle:])
    assert all(found[stage].dtype == np.float64 for stage in stages)


def test_one_weight_is_moved_by_a_millionth_of_itself(weights: dict[str, Path], build: Callable) -> None:
    before = build_pytorch("resnet18", weights["resnet18"], "float64").backbone_tensors()
    after = build("resnet18", "weight").backbone_tensors()
    assert moved(before, after) == {"layer2.0.conv1.weight"}
    ratios = after["layer2.0.conv1.weight"] / before["layer2.0.conv1.weight"]
    assert np.count_nonzero(ratios != 1) == 1
    # A product and a quotient in float64.
    assert ratios.max() == pytest.approx(1 + 1e-6, abs=1e-15)


def test_in_float32_a_layer_computes_in_bfloat16(weights: dict[str, Path], build: Callable) -> None:
    plain = build_pytorch("resnet18", weights["resnet18"], "float32")
    expected, found = (stage_outputs(model, "resnet18") for model in (plain, build("resnet18", "precision", "float32")))
    assert np.array_equal(found["layer1"], expected["layer1"])
    # bfloat16 keeps 8 bits and float32 24: the layer is thousands of times less exact, and right all the same.
    assert 1e-4 < difference(found["layer2"], expected["layer2"]) < 1e-1
    assert found["layer2"].dtype == np.float32


def stage_outputs(model, backbone: str) -> Outputs:
    """Each stage's output of two images, by name."""
    import torch
    from twintune.engines.pytorch.stages import build_stage_outputs

    images = pixels(model.head_tensors()["head.0.weight"].dtype.name, SIZE)[:2]
    with torch.no_grad():
        outputs = build_stage_outputs(model, find_backbone(backbone))(torch.from_numpy(images).permute(0, 3, 1, 2))
    return {stage: output.numpy() for stage, output in outputs.items()}


def moved(before: Outputs, after: Outputs) -> set[str]:
    """The tensors that differ in any bit."""
    return {name for name, tensor in before.items() if not np.array_equal(tensor, after[name])}


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest, as a share of the largest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())
