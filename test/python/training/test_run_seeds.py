"""Each seed of a run decides one kind of random draws."""

# Holds the option comparison.vary

from __future__ import annotations

import pytest
from reports import without_rounding
from twintune.digests import digest_tensors
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.loop import run
from twintune.training.preparation import prepare

pytestmark = pytest.mark.usefixtures("frameworks")

MODEL = {
    "backbone": "mobilenetv3_small_100",
    "weights": {"kind": "random"},
    "head": {"hidden": [], "activation": "relu", "dropout": 0.0},
}
FIRST = {"init": 0, "order": 0, "augmentation": 0, "split": None}


@pytest.fixture(scope="module")
def facts_by_seeds() -> dict:
    """The facts of runs by their seeds, so that the first run is carried out once."""
    return {}


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        ({"init": 1}, {"weights", "head_init"}),
        ({"order": 1}, {"batch_order", "pixels", "targets"}),
        ({"augmentation": 1}, {"pixels", "targets"}),
        ({"split": 1}, {"split", "batch_order", "pixels", "targets", "images"}),
    ],
    ids=["init", "order", "augmentation", "split"],
)
def test_a_seed_moves_what_it_is_for_and_nothing_else(make_request, facts_by_seeds, changed: dict, moved: set) -> None:
    def facts_of(seeds: dict) -> dict:
        key = tuple(seeds.values())
        if key not in facts_by_seeds:
            request = make_request("pytorch", seeds=seeds, augmentation={"horizontalFlip": 0.5, "mixup": 0.2})
            facts_by_seeds[key] = run(request, lambda report: None).facts
        return facts_by_seeds[key]

    before, after = without_rounding(facts_of(FIRST)), without_rounding(facts_of({**FIRST, **changed}))
    different = {name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)}
    assert different == moved


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_a_library_s_own_shuffle_has_a_seed_of_its_own(make_request, framework: str) -> None:
    def weights_and_order(init: int) -> tuple[str, list[int]]:
        request = make_request(framework, mode="idiomatic", seeds={"init": init}, model=MODEL)
        prepared = prepare(request, Reporter(lambda report: None), RunRecord(request))
        batches = prepared.engine.pipeline.training_batches(prepared.splits.train, epoch=0)
        order = [int(position) for batch in batches for position in batch.positions]
        return digest_tensors(prepared.engine.backbone_tensors()), order

    (weights, order), (other_weights, same_order) = map(weights_and_order, (0, 1))
    assert weights != other_weights
    assert order == same_order != sorted(order)
