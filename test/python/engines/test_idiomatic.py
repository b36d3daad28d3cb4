"""Each library's own model of a name is built, takes its own preprocessing, and trains.

Small pairs are tested by default, and all among the slow tests.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from conftest import PHASE
from reports import Reports
from safetensors.numpy import load_file
from twintune.backbones import find_idiomatic_pair, idiomatic_table
from twintune.digests import digest_tensors
from twintune.errors import TwintuneError
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

# A classifier within a sequence, and one behind a wide layer. resnet50 trains elsewhere.
QUICK = {
    ("mobilenet_v2", "pytorch"),
    ("mobilenetv3_small_100", "pytorch"),
    ("convnext_tiny", "pytorch"),
}
PAIRS = [
    pytest.param(*pair, marks=() if pair in QUICK else pytest.mark.slow)
    for pair in itertools.product(idiomatic_table(), ("tensorflow", "pytorch"))
]
SMALLEST = {"inception_v3": 75}
# Each library's optimiser keeps its own epsilon.
OPTIMIZER = {key: value for key, value in PHASE["optimizer"].items() if key != "epsilon"}


def model(backbone: str, weights: str = "random") -> dict:
    return {
        "backbone": backbone,
        "weights": {"kind": weights},
        "head": {"hidden": [4], "activation": "relu", "dropout": 0.0},
    }


@pytest.mark.parametrize(("name", "framework"), PAIRS)
def test_a_pair_trains_a_new_head_on_a_frozen_backbone(make_request, name: str, framework: str) -> None:
    request = make_request(
        framework,
        mode="idiomatic",
        model=model(name),
        training={"batchSize": 16, "phases": [{**PHASE, "optimizer": OPTIMIZER}]},
    )
    request.dataset.image_size = SMALLEST.get(name, 33)
    reports = Reports()
    result = run(request, reports.append)
    assert np.isfinite([result.first_step_loss, result.test.loss]).all()
    assert result.facts.precision == "float32"
    tensors = load_file(Path(request.run_directory) / "model" / "model.safetensors")
    head = {key: tensors.pop(key) for key in list(tensors) if key.startswith("head.")}
    assert head.keys() == {"head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"}
    (started,) = reports.of("phase-started")
    assert started["trainableParameters"] == sum(tensor.size for tensor in head.values())
    if framework == "tensorflow":
        # PyTorch's listing moves the running statistics of its frozen layers.
        assert digest_tensors(tensors) == result.facts.weights


def test_torchvision_s_inception_takes_imagenet_weights_and_leaves_their_auxiliary_head_out(
    make_request, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The weights are drawn, and lie under the name of torchvision's own where it keeps downloads."""
    import torch
    import torchvision
    from twintune.engines import create_engine

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    kept = Path(torch.hub.get_dir(), "checkpoints")
    kept.mkdir(parents=True)
    drawn = torchvision.models.inception_v3(weights=None, init_weights=False).state_dict()
    torch.save(drawn, kept / "inception_v3_google-0cc3c7bd.pth")
    request = make_request(
        "pytorch",
        mode="idiomatic",
        model=model("inception_v3", "imagenet"),
    )
    tensors = create_engine(request, classes=3).backbone_tensors()
    assert np.array_equal(tensors["Conv2d_1a_3x3.conv.weight"], drawn["Conv2d_1a_3x3.conv.weight"].numpy())
    assert not any(name.startswith("AuxLogits") for name in tensors)


def test_a_last_batch_of_one_small_image_is_refused_by_pytorch_s_listing(make_request) -> None:
    """The listing's BatchNorm normalises by the batch even if it is frozen, and one value has no variance."""
    request = make_request(
        "pytorch",
        mode="idiomatic",
        model=model("mobilenet_v2"),
        training={"batchSize": 1, "phases": [{**PHASE, "optimizer": OPTIMIZER}]},
    )
    request.dataset.image_size = 32
    with pytest.raises(TwintuneError) as failure:
        run(request, lambda report: None)
    assert failure.value.code == "BATCH_TOO_SMALL"


@pytest.mark.parametrize("name", list(idiomatic_table()))
def test_the_table_of_pairs_is_the_libraries(name: str) -> None:
    import keras
    import torchvision
    from write_idiomatic_pairs import PAIRS, keras_preprocessing, torchvision_side

    pair = find_idiomatic_pair(name)
    assert hasattr(keras.applications, pair.keras_applications.model)
    assert pair.keras_applications.preprocessing == keras_preprocessing(pair.keras_applications.module)
    expected = torchvision_side(pair.torchvision.model, PAIRS[name][3][1])
    assert pair.torchvision.preprocessing == expected["preprocessing"]
    assert pair.torchvision.image_size == expected["imageSize"]
    constants = [{"epsilon": bn.epsilon, "momentum": bn.momentum} for bn in pair.torchvision.batch_norm]
    assert constants == expected["batchNorm"]
    assert pair.torchvision.model in torchvision.models.list_models()


def test_a_backbone_without_a_pair_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(TwintuneError, match="resnet18") as caught:
        find_idiomatic_pair("resnet18")
    assert "resnet50" in (caught.value.hint or "")
