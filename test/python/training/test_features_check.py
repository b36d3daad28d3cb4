"""Features that a phase was given are held against a plain pass, those of every view where there are several."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import PHASE, RESNET
from twintune.features.cached_features import CachedFeatures
from twintune.protocol import RunRequest
from twintune.training.features_check import chosen_epochs
from twintune.training.loop import run


@pytest.mark.usefixtures("frameworks")
def test_a_view_that_an_epoch_takes_out_of_turn_is_found_out(
    make_request: Callable[..., RunRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request(
        "pytorch",
        model=RESNET,
        augmentation={"horizontalFlip": 0.5, "views": 2},
        training={"phases": [{**PHASE, "epochs": 4}]},
    )

    def difference() -> float:
        (phase,) = run(request, lambda report: None).facts.phases
        assert phase.features_difference is not None
        return phase.features_difference

    assert difference() < 1e-4
    batches = CachedFeatures.training_batches

    def without_turns(self: CachedFeatures, split, epoch: int, start_step: int = 0):
        # Of all epochs this changes the view of the third one alone.
        whole = CachedFeatures(self.seed, self.batch_size, self.sampler)
        whole.put(split, self._views[id(split)][min(epoch, 1)])
        return batches(whole, split, epoch, start_step)

    monkeypatch.setattr(CachedFeatures, "training_batches", without_turns)
    assert difference() > 1e-2


@pytest.mark.parametrize(("epochs", "views"), [(4, 2), (9, 2), (40, 4), (3, 5), (31, 6), (2, 2)])
def test_every_view_is_looked_at_and_the_last_epoch_always_at_little_cost(epochs: int, views: int) -> None:
    # An earlier phase had seven epochs.
    first, last = 7, 7 + epochs - 1
    chosen = chosen_epochs(first, last, views)
    assert last in chosen
    assert first <= min(chosen)
    assert len(set(chosen)) == len(chosen) == min(epochs, views + 2)
    assert len({epoch % views for epoch in chosen}) == min(epochs, views)


@pytest.mark.parametrize("views", [None, 1])
def test_one_epoch_is_enough_where_all_have_the_same_features(views: int | None) -> None:
    assert chosen_epochs(0, 99, views) == [99]
