"""What differs in the document's pair is listed with its effect, and nothing else does."""

from __future__ import annotations

from pathlib import Path

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

    def measure(phase: dict, size: int = 64, backbone: str = "resnet50") -> MeasureDifferencesResult:
        from twintune.engines.pytorch.idiomatic_differences import measure_differences
        from twintune.engines.tensorflow.idiomatic_reference import describe_first_batch

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


def test_all_that_differs_between_the_document_s_listings_is_found_and_explains_all(measured) -> None:
    result = measured({})
    found = by_ingredient(result)
    print(found, result.unexplained)
