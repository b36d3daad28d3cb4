"""Each library's own model of a name is built, takes its own preprocessing, and trains.

Small pairs by default; TWINTUNE_SLOW_TESTS=1 runs all.
"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import PHASE
from twintune.backbones import find_idiomatic_pair, idiomatic_table
from twintune.data.splits import open_splits
from twintune.engines import create_engine
from twintune.errors import TwintuneError

pytestmark = pytest.mark.usefixtures("frameworks")

# A classifier within a sequence, one behind a wide layer, and a network without BatchNorm. resnet50 trains elsewhere.
QUICK = {"mobilenet_v2", "mobilenetv3_small_100", "convnext_tiny"}
PAIRS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in idiomatic_table()]
SMALLEST = {"inception_v3": 75}


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_takes_a_step_of_the_new_head_on_a_frozen_backbone(make_request, name: str, framework: str) -> None:
    optimizer = {key: value for key, value in PHASE["optimizer"].items() if key != "epsilon"}
    request = make_request(
        framework,
        mode="idiomatic",
        model={
            "backbone": name,
            "weights": {"kind": "random"},
            "head": {"hidden": [4], "activation": "relu", "dropout": 0.0},
        },
        training={"phases": [{**PHASE, "optimizer": optimizer}]},
    )
    request.dataset.image_size = SMALLEST.get(name, 33)
    engine = create_engine(request, classes=3)
    engine.start_phase(request.training.phases[0], from_features=False)
    splits = open_splits(request.dataset, request.cache_directory)
    batch = next(iter(engine.pipeline.training_batches(splits.train, 0)))
    head = {key: value.copy() for key, value in engine.head_tensors().items()}
    backbone = {key: value.copy() for key, value in engine.backbone_tensors().items()}
    (outcome,) = engine.read_steps([engine.train_step(batch.inputs, batch.labels, (), 1e-3)])
    assert np.isfinite(outcome.loss)
    assert engine.predict(batch.inputs).shape == (len(batch.labels), 3)
    assert head.keys() == {"head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"}
    assert any(not np.array_equal(value, head[key]) for key, value in engine.head_tensors().items())
    statistics = ("running_mean", "running_var")
    for key, value in engine.backbone_tensors().items():
        assert np.array_equal(value, backbone[key]) or key.endswith(statistics), key
    assert engine.precision() == "float32"


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
