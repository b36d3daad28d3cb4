"""Batches that BatchNorm can't learn from are refused before anything is built."""

from __future__ import annotations

import msgspec
import pytest
from conftest import PHASE
from twintune.errors import TwintuneError
from twintune.protocol import RunRequest
from twintune.training.batch_check import check_batches


@pytest.fixture
def request_with(make_request):
    """A request of small images, whose one phase has the policy given."""

    def make(policy: str, batch_size: int = 8, image_size: int = 32) -> RunRequest:
        phases = [{**PHASE, "batchNorm": policy}]
        request = make_request("pytorch", training={"batchSize": batch_size, "phases": phases})
        dataset = msgspec.structs.replace(request.dataset, image_size=image_size)
        return msgspec.structs.replace(request, dataset=dataset)

    return make


@pytest.mark.parametrize("policy", ["adapt", "train"])
def test_a_last_batch_of_one_small_image_is_refused(request_with, policy: str) -> None:
    with pytest.raises(TwintuneError, match=r"Phase 1 .* 17 training images, in batches of 8") as caught:
        check_batches(request_with(policy), images=17)
    assert caught.value.code == "BATCH_TOO_SMALL"
    assert "training.batchSize" in (caught.value.hint or "")


def test_batches_of_one_small_image_are_refused(request_with) -> None:
    with pytest.raises(TwintuneError, match="batches of 1"):
        check_batches(request_with("train", batch_size=1), images=17)


def test_running_statistics_want_no_batch(request_with) -> None:
    check_batches(request_with("inference"), images=17)


def test_two_images_will_do(request_with) -> None:
    check_batches(request_with("train"), images=18)
    check_batches(request_with("train"), images=16)


def test_a_larger_image_has_more_than_one_value(request_with) -> None:
    check_batches(request_with("train", image_size=33), images=17)


def test_a_densenet_leaves_one_value_of_larger_images_too(request_with) -> None:
    def request_of(image_size: int) -> RunRequest:
        request = request_with("train", image_size=image_size)
        return msgspec.structs.replace(request, model=msgspec.structs.replace(request.model, backbone="densenet121"))

    with pytest.raises(TwintuneError, match="at 60 pixels it has one value a channel"):
        check_batches(request_of(60), images=17)
    check_batches(request_of(61), images=17)
