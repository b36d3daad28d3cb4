"""What is refused before a model is built, in a run and in a sweep of the learning rate alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PHASE
from pictures import write_pictures
from reports import as_sent
from twintune.errors import Cancelled, TwintuneError
from twintune.protocol import FindLearningRateRequest, RunRequest
from twintune.training.loop import run
from twintune.training.lr_finder import find_learning_rate


def swept(request: RunRequest, emit: Callable[[object], None]) -> object:
    return find_learning_rate(FindLearningRateRequest(request, start=1e-7, end=10, steps=3), emit)


@pytest.fixture(params=[run, swept], ids=["run", "sweep"])
def failure(request: pytest.FixtureRequest) -> Callable[[RunRequest], TwintuneError]:
    """Carries a request out, and is refused before the model is built."""

    def carry_out(of: RunRequest) -> TwintuneError:
        stages = []
        with pytest.raises(TwintuneError) as caught:
            request.param(of, lambda report: stages.append(as_sent(report).get("stage")))
        assert "build" not in stages
        return caught.value

    return carry_out


def test_early_stopping_has_validation_images(make_request, failure) -> None:
    rule = {"monitor": "loss", "mode": "auto", "patience": 2, "minDelta": 0.0, "restoreBest": True}
    # The specification's rules can't see this where a column of a file names the splits.
    request = make_request("pytorch", dataset={"validationFraction": 0.0}, training={"earlyStopping": rule})
    assert failure(request).code == "SPLIT_EMPTY"


def test_batches_that_batch_norm_learns_from_hold_more_than_one_value(make_request, failure, tmp_path: Path) -> None:
    write_pictures(tmp_path / "train", each=4)
    dataset = {"train": str(tmp_path / "train"), "validationFraction": 0.0, "imageSize": 32}
    training = {"batchSize": 11, "phases": [{**PHASE, "batchNorm": "train"}]}
    assert failure(make_request("pytorch", dataset=dataset, training=training)).code == "BATCH_TOO_SMALL"


@pytest.mark.parametrize(("size", "advice"), [(32, "Use 33."), (224, "Use 193 or 225."), (1024, "Use 993.")])
def test_the_sizes_that_suit_the_weights_are_ones_that_a_specification_may_have(
    make_request, size: int, advice: str
) -> None:
    model = {
        "backbone": "efficientnet_lite0",
        "weights": {"kind": "imagenet"},
        "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
    }
    warnings: list[str] = []

    def emit(report: object) -> None:
        sent = as_sent(report)
        warnings.extend([sent["message"]] if sent.get("code") == "IMAGE_SIZE" else [])
        if sent.get("stage") == "build":
            raise Cancelled

    with pytest.raises(Cancelled):
        run(make_request("pytorch", dataset={"imageSize": size}, model=model), emit)
    assert [message.endswith(advice) for message in warnings] == [True]
