"""The tables of backbones are complete, and tell which stages a phase trains."""

from __future__ import annotations

import json

import msgspec
import pytest
from twintune.backbones import backbone_table, find_backbone, tensor_shapes
from twintune.errors import TwintuneError
from twintune.model.phases import first_trainable_stage
from twintune.protocol import Trainable


def names_trained(backbone: str, trainable: object) -> list[str]:
    entry = find_backbone(backbone)
    first = first_trainable_stage(msgspec.convert(trainable, Trainable), entry)
    return [stage.name for stage in entry.stages[first:]]


def test_a_phase_trains_from_the_named_stage_to_the_last() -> None:
    assert names_trained("resnet18", {"from": "layer3"}) == ["layer3", "layer4"]
    assert names_trained("resnet18", {"from": "stem"}) == names_trained("resnet18", "all")
    assert names_trained("resnet18", {"from": "layer4"}) == names_trained("resnet18", {"lastStages": 1})
    assert names_trained("resnet18", "head") == []


def test_a_stage_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(TwintuneError, match="layer9") as caught:
        names_trained("resnet18", {"from": "layer9"})
    assert caught.value.code == "SPEC_INVALID"
    assert "layer4" in (caught.value.hint or "")


def test_a_backbone_of_another_mode_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(TwintuneError, match="convnext_tiny") as caught:
        find_backbone("convnext_tiny")
    assert "resnet18" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("backbone", "tensor", "stage"),
    [
        ("resnet50", "bn1.weight", "stem"),
        ("resnet50", "layer4.2.bn3.running_var", "layer4"),
        ("densenet121", "features.transition3.conv.weight", "features.denseblock3"),
        # Layers after the last block belong to the last stage.
        ("densenet121", "features.norm5.weight", "features.denseblock4"),
        ("efficientnet_b0", "conv_head.weight", "blocks.6"),
        ("efficientnet_b0", "bn2.running_mean", "blocks.6"),
        ("mobilenetv3_large_100", "conv_head.bias", "blocks.6"),
        ("resnetv2_50", "norm.weight", "stages.3"),
        # A stage of VGG ends at its pool.
        ("vgg16", "features.14.weight", "features.10"),
        ("vgg16", "features.17.weight", "features.17"),
    ],
)
def test_tensors_belong_to_stages(backbone: str, tensor: str, stage: str) -> None:
    entry = find_backbone(backbone)
    assert tensor in tensor_shapes(backbone)
    assert entry.stages[entry.stage_of(tensor)].name == stage


@pytest.mark.parametrize("name", list(backbone_table()))
def test_stages_hold_all_tensors_each_once_and_in_order(name: str) -> None:
    entry = find_backbone(name)
    owners = [
        [index for index, stage in enumerate(entry.stages) if tensor.startswith(stage.tensors)]
        for tensor in tensor_shapes(name)
    ]
    assert all(len(stages) == 1 for stages in owners)
    assert {index for stages in owners for index in stages} == set(range(len(entry.stages)))


@pytest.mark.usefixtures("frameworks")
@pytest.mark.parametrize("name", list(backbone_table()))
def test_the_table_is_timm_s(name: str) -> None:
    from write_backbones import aligned_entry, manifest

    entry = find_backbone(name)
    expected = json.loads(json.dumps(aligned_entry(name)))
    assert entry.features == expected["features"]
    assert entry.default_image_size == expected["defaultImageSize"]
    preprocessing = entry.preprocessing
    assert [list(preprocessing.mean), list(preprocessing.std)] == [
        expected["preprocessing"]["mean"],
        expected["preprocessing"]["std"],
    ]
    assert preprocessing.interpolation == expected["preprocessing"]["interpolation"]
    assert preprocessing.crop_fraction == expected["preprocessing"]["cropFraction"]
    constants = entry.batch_norm and {"epsilon": entry.batch_norm.epsilon, "momentum": entry.batch_norm.momentum}
    assert constants == expected.get("batchNorm")
    assert (entry.imagenet.repository, entry.imagenet.package) == (
        expected["imagenet"].get("repository"),
        expected["imagenet"].get("package"),
    )
    stages = [(stage.name, stage.timm_module, list(stage.tensors)) for stage in entry.stages]
    assert stages == [(stage["name"], stage["timmModule"], stage["tensors"]) for stage in expected["stages"]]
    assert tensor_shapes(name) == {tensor: tuple(shape) for tensor, shape in manifest(name).items()}
    assert all(entry.stage_of(tensor) >= 0 for tensor in tensor_shapes(name))
