"""Loss scaling does in TensorFlow what PyTorch's GradScaler does."""

from __future__ import annotations

import importlib
import itertools
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pytest
from conftest import ADAM, PHASE, RESNET
from reports import Reports
from step_rig import STAGES, phase_of
from twintune.data.targets import Targets, one_hot
from twintune.engines.engine import StepInputs
from twintune.engines.loss_scaling import GROWTH_INTERVAL, INITIAL_SCALE
from twintune.protocol import Phase, RunRequest
from twintune.seeding import generator
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

FRAMEWORKS = ["tensorflow", "pytorch"]
CLASSES = 3
OPTIMIZERS = {
    "adam": ADAM,
    "sgd": {
        "name": "sgd",
        "learningRate": 0.1,
        "momentum": 0.9,
        "nesterov": False,
        "weightDecay": 0.01,
        "decayNormAndBias": False,
    },
}


def tensorflow_scales(finite: list[bool], start: float = INITIAL_SCALE) -> list[float]:
    from twintune.engines.tensorflow.loss_scaling import build_loss_scaling

    scaling = build_loss_scaling("float16")
    scaling.scale = start
    scales = []
    for is_finite in finite:
        scaling.update(is_finite)
        scales.append(scaling.scale)
    return scales


def pytorch_scales(finite: list[bool], start: float = INITIAL_SCALE) -> list[float]:
    import torch
    from twintune.engines.pytorch.loss_scaling import build_loss_scaling

    # GradScaler's arithmetic is the same on every device.
    scaling = build_loss_scaling("float16", torch.device("cpu"))
    scaling.load_state_dict({**scaling.state_dict(), "scale": start})
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=0.0)
    scales = []
    for is_finite in finite:
        scaling.scale(torch.zeros(()))
        parameter.grad = torch.tensor([1.0 if is_finite else np.inf])
        scaling.step(optimizer)
        scaling.update()
        scales.append(scaling.get_scale())
    return scales


def test_the_scale_halves_with_a_skipped_step_and_doubles_after_enough_good_ones() -> None:
    scales = tensorflow_scales([True, False] + [True] * (GROWTH_INTERVAL + 1))
    assert scales[:3] == [INITIAL_SCALE, INITIAL_SCALE / 2, INITIAL_SCALE / 2]
    assert scales[-2:] == [INITIAL_SCALE, INITIAL_SCALE]
    assert set(scales[2:-2]) == {INITIAL_SCALE / 2}


def test_the_scale_goes_as_in_pytorch_step_by_step() -> None:
    finite = [True, False, False, *[True] * (GROWTH_INTERVAL - 1), False, *[True] * (2 * GROWTH_INTERVAL), False]
    assert tensorflow_scales(finite) == pytorch_scales(finite)


def test_the_scale_stops_growing_at_the_end_of_float32_as_in_pytorch() -> None:
    finite, largest = [True] * (2 * GROWTH_INTERVAL), 2.0**126
    assert tensorflow_scales(finite, largest) == pytorch_scales(finite, largest)
    assert tensorflow_scales(finite, largest)[-1] == 2.0**127


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_one_value_that_is_not_finite_is_found_among_all(odd: float) -> None:
    import tensorflow as tf
    from twintune.engines.tensorflow.loss_scaling import all_finite

    gradients = [tf.constant([2.0, 4.0]), tf.constant([[8.0]])]
    assert bool(all_finite(gradients))
    assert not bool(all_finite([*gradients, tf.constant([1.0, odd])]))


# PyTorch's fused SGD makes its buffers in the first step, and that is the one to overflow in a run.
@pytest.mark.parametrize(
    ("framework", "optimizer", "accumulation", "group"),
    [
        ("tensorflow", "adam", 1, 2),
        ("tensorflow", "sgd", 2, 2),
        *itertools.product(["pytorch"], ["adam", "sgd"], [1, 2], [0, 2]),
    ],
)
def test_a_step_whose_gradients_overflow_counts_for_nothing(
    make_request, monkeypatch: pytest.MonkeyPatch, framework: str, optimizer: str, accumulation: int, group: int
) -> None:
    training = {"gradientAccumulation": accumulation, "clipGradientNorm": 0.5, "ema": {"decay": 0.5}}
    request = make_request(framework, model=RESNET, training=training)
    phase = phase_of(optimizer=OPTIMIZERS[optimizer])
    batches = features(count=4 * accumulation)
    skipped = slice(group * accumulation, (group + 1) * accumulation)
    plain = train_head(request, phase, batches[: skipped.start] + batches[skipped.stop :])
    assert plain.scale == 1.0

    scale_the_loss(monkeypatch, framework)
    # The loss stays finite in float32; its gradients, times the scale, don't.
    batches[skipped.stop - 1] = batches[skipped.stop - 1] * np.float32(1e36)
    scaled = train_head(request, phase, batches)
    assert (scaled.skipped, scaled.scale) == (1, INITIAL_SCALE / 2)
    assert np.isfinite(scaled.losses).all()
    # The scale is a power of two, so nothing is rounded otherwise.
    assert scaled.head.keys() == plain.head.keys()
    assert all(np.array_equal(scaled.head[name], plain.head[name]) for name in plain.head)


# A CPU takes its time in float16; the steps whose gradients overflow, above, are in every test run.
@pytest.mark.slow
def test_a_run_in_float16_skips_its_first_steps_in_both_frameworks(
    make_request, monkeypatch: pytest.MonkeyPatch
) -> None:
    phase = {**PHASE, "trainable": {"lastStages": 1}, "batchNorm": "adapt"}
    training = {"precision": "float16", "batchSize": 4, "phases": [phase]}
    # Too large at first for this network, and not after a few steps.
    monkeypatch.setattr("twintune.engines.loss_scaling.INITIAL_SCALE", 2.0**23)
    results, skipped = [], []
    for framework in FRAMEWORKS:
        # A CPU computes in float16 too, only slowly: what it leaves untried is the GPU's own kernels.
        monkeypatch.setattr(engine_module(framework), "check_precision", lambda *_: None)
        reports = Reports()
        results.append(run(make_request(framework, model=RESNET, training=training), reports.append))
        (warning,) = [report["message"] for report in reports.of("warning") if report["code"] == "LOSS_SCALING"]
        skipped.append(int(warning.removeprefix("Loss scaling skipped ").split()[0]))
    ours, theirs = results
    assert ours.facts.precision == theirs.facts.precision
    assert "convolutions float16, head float32, loss scaled dynamically" in ours.facts.precision
    assert min(skipped) > 0
    # Kernels differ from one processor to the next, and a gradient near float16's end may pass in one of them.
    assert abs(skipped[0] - skipped[1]) <= 1


def test_a_scaling_goes_on_from_the_other_frameworks_state() -> None:
    import torch
    from twintune.engines.pytorch import loss_scaling as pytorch
    from twintune.engines.tensorflow import loss_scaling as tensorflow

    saved = tensorflow.build_loss_scaling("float16")
    for finite in [False, False, True]:
        saved.update(finite)
    tensors = tensorflow.loss_scaling_tensors(saved)
    theirs = pytorch.build_loss_scaling("float16", torch.device("cpu"))
    pytorch.load_loss_scaling(theirs, tensors)
    # PyTorch's scale is made at the first use.
    theirs.scale(torch.zeros(()))
    assert pytorch.loss_scaling_tensors(theirs) == tensors
    ours = tensorflow.build_loss_scaling("float16")
    tensorflow.load_loss_scaling(ours, pytorch.loss_scaling_tensors(theirs))
    assert (ours.scale, ours.growth_tracker, ours.skipped_steps) == (INITIAL_SCALE / 4, 1, 2)


@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
def test_only_float16_is_scaled(precision) -> None:
    import torch
    from twintune.engines.pytorch import loss_scaling as pytorch
    from twintune.engines.tensorflow import loss_scaling as tensorflow

    ours, theirs = (
        tensorflow.build_loss_scaling(precision),
        pytorch.build_loss_scaling(precision, torch.device("cpu")),
    )
    assert (ours.scale, theirs.get_scale()) == (1.0, 1.0)
    assert (tensorflow.describe_loss_scaling(ours), pytorch.describe_loss_scaling(theirs)) == (None, None)


def test_both_engines_describe_their_scaling_in_the_same_words() -> None:
    import torch
    from twintune.engines.pytorch import loss_scaling as pytorch
    from twintune.engines.tensorflow import loss_scaling as tensorflow

    ours = tensorflow.describe_loss_scaling(tensorflow.build_loss_scaling("float16"))
    theirs = pytorch.describe_loss_scaling(pytorch.build_loss_scaling("float16", torch.device("cpu")))
    assert ours == theirs == "loss scaled dynamically (growth 2 after 2000 steps, backoff 0.5)"


@dataclass
class Trained:
    """The results of some steps over features."""

    losses: list[float]
    head: dict[str, np.ndarray]
    scale: float
    skipped: int


def train_head(request: RunRequest, phase: Phase, batches: list[np.ndarray]) -> Trained:
    engine = engine_module(request.framework).create_engine(request, CLASSES)
    engine.start_phase(phase, first_stage=STAGES)
    accumulation = request.training.gradient_accumulation
    handles = []
    for index, batch in enumerate(batches, start=1):
        labels = np.arange(len(batch)) % CLASSES
        handles.append(
            engine.train_step(
                StepInputs(
                    inputs=batch,
                    targets=Targets(labels, one_hot(labels, CLASSES).astype(np.float32), float(len(batch))),
                    masks=(),
                    learning_rate=phase.optimizer.learning_rate,
                    divisor=float(accumulation * len(batch)) if index % accumulation == 0 else None,
                )
            )
        )
    losses = [outcome.loss for outcome in engine.read_steps(handles)]
    engine.adopt_average()
    scaling = engine._loss_scaling
    scale = scaling.scale if request.framework == "tensorflow" else scaling.get_scale()
    return Trained(losses, engine.head_tensors(), scale, engine.skipped_steps())


def features(count: int) -> list[np.ndarray]:
    return list(generator(9, "features").normal(size=(count, 6, 512)).astype(np.float32))


def scale_the_loss(monkeypatch: pytest.MonkeyPatch, framework: str) -> None:
    """Turns loss scaling on in float32, where a CPU steps as a GPU does in float16."""
    module = engine_module(framework)
    build = module.build_loss_scaling
    monkeypatch.setattr(module, "build_loss_scaling", lambda precision, *device: build("float16", *device))


def engine_module(framework: str) -> ModuleType:
    return importlib.import_module(f"twintune.engines.{framework}.aligned")
