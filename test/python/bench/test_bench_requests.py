"""A benchmark's engine is told what a run of the product would tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.experiment import FRAMEWORKS, Framework, make_specification
from bench.images import Material
from bench.requests import make_request


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_specification_becomes_a_complete_request(tmp_path: Path, framework: Framework) -> None:
    material = Material(tmp_path / "train", tmp_path / "test", tmp_path / "resnet50.safetensors")
    specification = make_specification(material, size=64, batch=4, trainable="all")
    request = make_request(specification, framework, tmp_path)
    (phase,) = request.training.phases
    assert request.framework == framework
    assert (request.dataset.image_size, request.training.batch_size) == (64, 4)
    assert (phase.trainable, phase.batch_norm) == ("all", "train")
