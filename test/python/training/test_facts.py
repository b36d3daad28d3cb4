"""Each ingredient of the fairness contract, broken on one side, shows in the facts that this side reports.

`test/compare/contract.test.ts` goes on from here: each fact that differs changes its row of the contract.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ADAM, BACKBONE, PHASE
from pictures import write_pictures
from reports import without_rounding
from twintune.model.tensor_files import save_atomically
from twintune.model.weights import random_tensors
from twintune.protocol import Facts, RunRequest
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

HEAD = {"hidden": [16], "activation": "relu", "dropout": 0.0}
OF_EACH_EPOCH = {"pixels", "batch_order", "targets", "dropout", "schedule", "images"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of two seeds, and other pictures under the same names."""
    folder = tmp_path_factory.mktemp("files")
    for seed in (0, 1):
        save_atomically(random_tensors(BACKBONE, seed), folder / f"weights{seed}.safetensors")
    write_pictures(folder / "train", each=12, series=2)
    write_pictures(folder / "test", each=4, series=3)
    return folder


@pytest.fixture
def request_with(make_request, files: Path):
    """Makes a request on given weights, so that a seed of the first weights moves the head alone."""

    def make(framework: str, weights: str = "weights0", head: dict | None = None, **changes) -> RunRequest:
        model = {
            "backbone": BACKBONE,
            "weights": {"kind": "file", "path": str(files / f"{weights}.safetensors")},
            "head": {**HEAD, **(head or {})},
        }
        return make_request(framework, model=model, **changes)

    return make


@pytest.fixture(scope="module")
def kept() -> dict[str, Facts]:
    """The facts of TensorFlow's run, once there are any."""
    return {}


@pytest.fixture
def tensorflow(request_with, kept: dict[str, Facts]) -> Facts:
    """The facts of TensorFlow's run."""
    if not kept:
        kept["tensorflow"] = facts_of(request_with("tensorflow"))
    return kept["tensorflow"]


def facts_of(request: RunRequest) -> Facts:
    return run(request, lambda report: None).facts


def differing(ours: Facts, theirs: Facts) -> set[str]:
    """The facts that are not the same; what grows with every epoch counts as far as both trained."""
    ours, theirs = without_rounding(ours), without_rounding(theirs)
    different = {name for name in ours.__struct_fields__ if getattr(ours, name) != getattr(theirs, name)}
    return {name for name in different if name not in OF_EACH_EPOCH or not is_common(ours, theirs, name)}


def is_common(ours: Facts, theirs: Facts, name: str) -> bool:
    pairs = list(zip(getattr(ours, name), getattr(theirs, name), strict=False))
    return len(pairs) > 0 and all(one == other for one, other in pairs)


def phase(optimizer: dict | None = None, **changes) -> dict:
    """The training fields whose one phase has these changes."""
    return {"training": {"phases": [{**PHASE, **changes, "optimizer": {**ADAM, **(optimizer or {})}}]}}


def test_nothing_differs_while_nothing_is_broken(request_with, tensorflow: Facts) -> None:
    assert differing(tensorflow, facts_of(request_with("pytorch"))) == set()


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        ({"weights": "weights1"}, {"weights"}),
        ({"head": {"hidden": [8]}}, {"architecture", "parameters", "head_init", "optimizer"}),
        ({"seeds": {"init": 1}}, {"head_init"}),
        ({"head": {"dropout": 0.3}}, {"dropout"}),
        # The features of a frozen backbone are computed once, in the splits' own order.
        ({"seeds": {"order": 1}}, {"batch_order", "targets"}),
        (
            {"dataset": {"validationFraction": 0.5}},
            {"split", "pixels", "batch_order", "targets", "schedule", "phases", "images"},
        ),
        ({"dataset": {"imageSize": 65}}, {"augmentation", "pixels", "test_set"}),
        ({"augmentation": {"horizontalFlip": 0.5}}, {"augmentation", "phases", "pixels"}),
        ({"training": {"labelSmoothing": 0.1}}, {"loss", "targets"}),
        ({"training": {"clipGradientNorm": 1.0}}, {"loss"}),
        ({"training": {"gradientAccumulation": 2}}, {"loss", "phases", "schedule"}),
        (
            {"training": {"precision": "float64"}},
            {"precision", "weights", "head_init", "pixels", "test_set", "targets", "tolerances"},
        ),
        (phase({"epsilon": 1e-7}), {"optimizer"}),
        (phase({"learningRate": 2e-3}), {"schedule"}),
        (phase(epochs=2), {"phases"}),
        # Statistics that move allow no features that are computed once.
        (phase(batchNorm="train"), {"batch_norm", "optimizer", "phases", "pixels"}),
        ({"deterministic": True}, {"deterministic"}),
    ],
    ids=lambda value: None if isinstance(value, set) else str(value)[:60],
)
def test_what_is_broken_on_one_side_differs_and_nothing_else_does(
    request_with, tensorflow: Facts, change: dict, facts: set[str]
) -> None:
    assert differing(tensorflow, facts_of(request_with("pytorch", **change))) == facts


@pytest.mark.parametrize(("folder", "facts"), [("train", {"pixels"}), ("test", {"test_set"})])
def test_other_images_under_the_same_names_differ(
    request_with, tensorflow: Facts, files: Path, folder: str, facts: set[str]
) -> None:
    pytorch = facts_of(request_with("pytorch", dataset={folder: str(files / folder)}))
    assert differing(tensorflow, pytorch) == facts


def test_other_threads_differ(request_with, tensorflow: Facts) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        assert differing(tensorflow, facts_of(request_with("pytorch"))) == {"threads"}
    finally:
        torch.set_num_threads(before)


def test_an_epoch_that_only_one_side_stopped_at_is_not_compared(request_with, tensorflow: Facts) -> None:
    rule = {"monitor": "loss", "mode": "auto", "patience": 1, "minDelta": 100.0, "restoreBest": True}
    training = {"phases": [{**PHASE, "epochs": 5}], "earlyStopping": rule}
    pytorch = facts_of(request_with("pytorch", training=training))
    assert [(entry.epochs, entry.weights_of) for entry in pytorch.phases] == [(2, 1)]
    assert differing(tensorflow, pytorch) == {"phases"}
