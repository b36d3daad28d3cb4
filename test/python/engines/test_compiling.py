"""Training steps that are compiled."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from step_rig import CLASSES, SGD, STAGES, phase_of, tensors_of
from twintune.data.targets import Targets
from twintune.engines import create_engine
from twintune.engines.engine import Engine, StepInputs
from twintune.errors import TwintuneError
from twintune.protocol import Phase
from twintune.seeding import generator

pytestmark = pytest.mark.usefixtures("frameworks")

HEAD = phase_of(optimizer=SGD)
LAST_STAGE = phase_of(trainable={"lastStages": 1}, optimizer=SGD)
# Compiled code takes sums in another order.
BOUND = 1e-10


# Holds the option training.compile
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile wants a C++ compiler, and finds g++ here")
@pytest.mark.parametrize(
    ("phase", "first_stage", "accumulation"),
    [
        pytest.param(HEAD, STAGES, 1, marks=pytest.mark.slow),
        (HEAD, STAGES, 2),
        # Compiling convolutions and their gradients takes half a minute.
        pytest.param(LAST_STAGE, STAGES - 1, 1, marks=pytest.mark.slow),
    ],
    ids=["head", "head, accumulating", "last stage"],
)
@pytest.mark.parametrize("framework", ["tensorflow", pytest.param("pytorch", marks=pytest.mark.slow)])
def test_compiled_steps_come_to_the_same_and_say_so(
    request_of, framework: str, phase: Phase, first_stage: int, accumulation: int
) -> None:
    plain, compiled = (
        create_engine(request_of(framework, compile=choice, gradientAccumulation=accumulation), CLASSES)
        for choice in (False, True)
    )
    facts = [engine.start_phase(phase, first_stage) for engine in (plain, compiled)]
    assert facts[1].loss == f"{facts[0].loss}, compiled"
    shape = (512,) if first_stage == STAGES else (3, 3, 256)
    assert take_steps(compiled, shape, accumulation) == pytest.approx(take_steps(plain, shape, accumulation), rel=BOUND)
    theirs = tensors_of(plain)
    for name, tensor in tensors_of(compiled).items():
        assert np.abs(tensor - theirs[name]).max() < BOUND, name


def test_compiling_is_refused_without_a_compiler(request_of) -> None:
    import torch._inductor.config as inductor

    with inductor.patch({"cpp.cxx": ("no-such-compiler",)}), pytest.raises(TwintuneError) as caught:
        create_engine(request_of("pytorch", compile=True), CLASSES)
    assert caught.value.code == "COMPILER_MISSING"
    assert "C++ compiler" in caught.value.message


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile wants a C++ compiler, and finds g++ here")
def test_compiling_is_refused_in_an_environment_whose_path_torch_does_not_quote(request_of, monkeypatch) -> None:
    monkeypatch.setattr("twintune.engines.pytorch.compiling._linked_folders", lambda: ["/home/me/my work/.venv/lib"])
    with pytest.raises(TwintuneError, match="my work") as caught:
        create_engine(request_of("pytorch", compile=True), CLASSES)
    assert caught.value.code == "COMPILER_MISSING"


def take_steps(engine: Engine, shape: tuple[int, ...], accumulation: int) -> list[float]:
    """Trains on three batches of features or activations of a shape, the last of which is short."""
    handles = []
    for index, images in enumerate((4, 4, 3), start=1):
        labels = np.arange(images) % CLASSES
        handles.append(
            engine.train_step(
                StepInputs(
                    inputs=generator(5, "activations", index).normal(size=(images, *shape)),
                    targets=Targets(labels, np.eye(CLASSES)[labels], float(images)),
                    masks=(),
                    learning_rate=0.01,
                    divisor=4.0 * accumulation if index % accumulation == 0 else None,
                )
            )
        )
    return [step.loss for step in engine.read_steps(handles)]
