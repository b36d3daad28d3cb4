"""The differences of the document's pair are listed with their effects, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ADAM, PHASE
from twintune.protocol import (
    DescribeIdiomaticRequest,
    IdiomaticDifference,
    MeasureDifferencesRequest,
    MeasureDifferencesResult,
)

pytestmark = pytest.mark.usefixtures("frameworks")

OPEN_ADAM = {key: value for key, value in ADAM.items() if key != "epsilon"}


@pytest.fixture
def measured(make_request, tmp_path: Path):
    """Describes Keras' side and measures torchvision's against it."""

    def measure(phase: dict, size: int, backbone: str = "resnet50") -> MeasureDifferencesResult:
        from twintune.parity.idiomatic.pytorch.differences import measure_differences
        from twintune.parity.idiomatic.tensorflow.reference import describe_first_batch

        head = {"hidden": [8], "activation": "relu", "dropout": 0.0}
        tensorflow, pytorch = (
            make_request(
                framework,
                mode="idiomatic",
                model={"backbone": backbone, "weights": {"kind": "random"}, "head": head},
                dataset={"imageSize": size},
                training={"phases": [{**PHASE, "optimizer": OPEN_ADAM, **phase}]},
            )
            for framework in ("tensorflow", "pytorch")
        )
        file = str(tmp_path / "reference.safetensors")
        described = describe_first_batch(DescribeIdiomaticRequest(tensorflow, 8, file), lambda report: None)
        request = MeasureDifferencesRequest(pytorch, described.description, file)
        return measure_differences(request, lambda report: None)

    return measure


def by_ingredient(result: MeasureDifferencesResult) -> dict[str, IdiomaticDifference]:
    return {difference.ingredient: difference for difference in result.differences}


def effect_of(found: dict[str, IdiomaticDifference], ingredient: str) -> float:
    effect = found[ingredient].effect
    assert effect is not None, ingredient
    return effect


def unexplained_of(result: MeasureDifferencesResult) -> float:
    assert result.unexplained is not None
    return result.unexplained


# test/integration/verify.test.ts holds by default that differences are found and measured.
@pytest.mark.slow
def test_all_that_differs_between_the_document_s_listings_is_found_and_explains_all(measured) -> None:
    result = measured({}, size=64)
    found = by_ingredient(result)
    assert list(found) == [
        "weights",
        "architecture",
        "preprocessing",
        "resize",
        "batch norm epsilon",
        "batch norm mode",
        "head init",
        "loss",
        "optimizer epsilon",
        "batch order",
    ]
    # Two engines that mean the same differ by rounding alone, far below a bound of 1e-10.
    assert unexplained_of(result) < 1e-10
    for ingredient in ("architecture", "preprocessing", "resize", "batch norm mode"):
        assert found[ingredient].effect_on == "logits"
        assert effect_of(found, ingredient) > 0.01, ingredient
    # A hundredth of a thousandth of the variance, halved by the root, layer after layer.
    assert 1e-8 < effect_of(found, "batch norm epsilon") < 1e-3
    assert effect_of(found, "head init") > 0.001
    assert found["optimizer epsilon"].effect_on == "first update"
    assert effect_of(found, "optimizer epsilon") > 1e-4
    # Keras finds the logits behind the softmax: the form makes no difference.
    assert effect_of(found, "loss") < 1e-12
    assert found["weights"].effect is None
    assert "Random" in (found["weights"].note or "")
    assert_values_are_live(found)


@pytest.mark.slow
def test_a_thawed_backbone_differs_in_the_momentum_and_not_in_the_mode(measured) -> None:
    result = measured({"trainable": "all", "optimizer": {**OPEN_ADAM, "weightDecay": 0.01}}, size=40)
    found = by_ingredient(result)
    assert "batch norm mode" not in found
    assert found["batch norm momentum"].effect_on == "running statistics"
    assert effect_of(found, "batch norm momentum") > 0.01
    assert effect_of(found, "weight decay") > 0
    # The pictures are of that size: nothing is resized.
    assert effect_of(found, "resize") == 0
    assert unexplained_of(result) < 1e-10


@pytest.mark.slow
def test_heads_of_other_widths_are_told_of_and_not_swapped(measured) -> None:
    """torchvision's MobileNet widens the features before its classes, and Keras' does not."""
    result = measured({}, size=64, backbone="mobilenetv3_small_100")
    head = by_ingredient(result)["head init"]
    assert head.effect is None
    assert "other widths" in (head.note or "")
    assert result.unexplained is None


def assert_values_are_live(found: dict[str, IdiomaticDifference]) -> None:
    """The values are those of the libraries' objects."""
    import keras

    build: Any = keras.applications.ResNet50
    layer = build(weights=None, include_top=False).get_layer("conv1_bn")
    assert found["batch norm epsilon"].tensorflow == f"{layer.epsilon:g}"
    assert found["batch norm epsilon"].pytorch == "1e-05"
    assert found["preprocessing"].tensorflow == "[B - 103.939, G - 116.779, R - 123.68]"
    assert "6 of 1×1" in found["architecture"].tensorflow
    assert "3 of 3×3" in found["architecture"].pytorch
    assert (found["batch norm mode"].tensorflow, found["batch norm mode"].pytorch) == ("inference", "train")
