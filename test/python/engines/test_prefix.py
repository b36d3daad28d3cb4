"""The frozen stages that run once, and the steps that go on from what they gave."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
import psutil
import pytest
from step_rig import CLASSES, FRAMEWORKS, SGD, SIZE, STAGES, phase_of, tensors_of
from twintune.backbones import backbone_table, find_backbone
from twintune.data.targets import Targets
from twintune.engines import create_engine
from twintune.engines.engine import FEWEST_IMAGES_TO_PREPARE, Engine, StepInputs
from twintune.seeding import generator

pytestmark = pytest.mark.usefixtures("frameworks")

MANY = FEWEST_IMAGES_TO_PREPARE
LAST_STAGE = phase_of(trainable={"lastStages": 1}, optimizer=SGD)


@pytest.fixture
def build(request_of) -> Callable[..., Engine]:
    """Builds an engine with random weights; keyword arguments are of its training, and `deterministic`."""

    def make(framework: str, backbone: str = "resnet18", deterministic: bool = False, **training) -> Engine:
        request = request_of(framework, **training)
        model = msgspec.structs.replace(request.model, backbone=backbone)
        request = msgspec.structs.replace(request, model=model, deterministic=deterministic)
        return create_engine(request, CLASSES)

    return make


def pixels(dtype: str, images: int = 4) -> np.ndarray:
    return generator(6, "images").normal(size=(images, SIZE, SIZE, 3)).astype(dtype)


def stir_batch_norm(engine: Engine) -> None:
    """Gives BatchNorm what training leaves there: as it is drawn, it is the identity, and folded in any way."""
    engine.start_phase(phase_of(), first_stage=0)
    tensors = dict(engine.state(backbone=True))
    draw = generator(7, "statistics")
    for layer in [name.removesuffix("running_var") for name in tensors if name.endswith("running_var")]:
        shape = tensors[f"{layer}running_var"].shape
        tensors[f"{layer}running_var"] = draw.uniform(0.5, 2, shape).astype(np.float32)
        tensors[f"{layer}weight"] = draw.uniform(0.5, 1.5, shape).astype(np.float32)
        for name in (f"{layer}bias", f"{layer}running_mean"):
            tensors[name] = draw.normal(0, 0.2, shape).astype(np.float32)
    engine.load_state(tensors)


def stages_of(backbone: str) -> int:
    return len(find_backbone(backbone).stages)


def largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Relative to the largest value."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


# Depthwise convolutions with squeeze-and-excitation.
QUICK = {"mobilenetv3_small_050"}


@pytest.mark.parametrize(
    "backbone",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in backbone_table()],
)
@pytest.mark.parametrize(("framework", "variant"), [("tensorflow", "folded"), ("pytorch", "frozen")])
def test_a_prefix_that_is_prepared_gives_what_the_model_does(
    build, framework: str, variant: str, backbone: str
) -> None:
    engine, images, stages = build(framework, backbone, precision="float32"), pixels("float32"), stages_of(backbone)
    stir_batch_norm(engine)
    before = tensors_of(engine)
    prepared, plain = engine.prefix(stages, MANY), engine.prefix(stages, 1)
    features = plain(images)
    assert (prepared.variant, plain.variant) == (variant, "eager")
    # Kernels times BatchNorm's scale are rounded once more, a few 1e-7 a layer.
    assert largest_difference(prepared(images), features) < 1e-5
    assert largest_difference(prepared(images[:1]), features[:1]) < 1e-5
    assert largest_difference(prepared(images), features) < 1e-5
    after = tensors_of(engine)
    assert all(np.array_equal(tensor, after[name]) for name, tensor in before.items())


# The first BatchNorm of each block, and the one after the last, have no convolution before them.
NOT_FOLDED = {"mobilenetv3_small_050": 0, "resnetv2_50": 17, "resnet18": 0}


@pytest.mark.parametrize("backbone", NOT_FOLDED)
def test_batch_norm_is_folded_where_pytorch_can_t_freeze(build, monkeypatch, backbone: str) -> None:
    from torch import nn
    from twintune.engines.pytorch import prefix as pytorch

    def fail(module, example):
        raise RuntimeError("torch.jit is gone")

    monkeypatch.setitem(pytorch._PREPARATIONS, "frozen", fail)
    engine, images, stages = build("pytorch", backbone, precision="float32"), pixels("float32"), stages_of(backbone)
    stir_batch_norm(engine)
    prefix = engine.prefix(stages, MANY)
    assert largest_difference(prefix(images), engine.prefix(stages, 1)(images)) < 1e-5
    assert prefix.variant == "folded"
    left = sum(isinstance(module, nn.BatchNorm2d) for module in prefix._compute.modules())
    assert left == NOT_FOLDED[backbone]


@pytest.mark.parametrize("backbone", ["resnetv2_50", "resnet18", pytest.param(*QUICK, marks=pytest.mark.slow)])
def test_tensorflow_folds_batch_norm_into_all_convolutions_before_one(build, backbone: str) -> None:
    engine = build("tensorflow", backbone, precision="float32")
    prefix = engine.prefix(stages_of(backbone), MANY)
    prefix(pixels("float32"))
    kernels = [
        operation.inputs[1].op.type
        for operation in prefix._compute.graph.get_operations()
        if operation.type in ("Conv2D", "DepthwiseConv2dNative") and operation.outputs[0].consumers()
    ]
    left = len(engine.model.batch_norms) - kernels.count("Mul")
    assert left == NOT_FOLDED[backbone]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("precision", ["float64", "bfloat16"])
def test_only_float32_is_folded(build, framework: str, precision: str) -> None:
    images = pixels("float64" if precision == "float64" else "float32")
    engine = build(framework, precision=precision)
    prefix = engine.prefix(STAGES, MANY)
    assert prefix.variant == {"tensorflow": "traced", "pytorch": "eager"}[framework]
    assert largest_difference(prefix(images), engine.prefix(STAGES, 1)(images)) < 1e-12


@pytest.mark.parametrize(("framework", "variant"), [("tensorflow", "traced"), ("pytorch", "eager")])
def test_deterministic_runs_take_the_layers_as_they_are(build, framework: str, variant: str) -> None:
    engine = build(framework, precision="float32", deterministic=True)
    assert engine.prefix(STAGES, MANY).variant == variant


def test_what_was_frozen_goes_with_the_prefix(build) -> None:
    engine, images = build("pytorch", precision="float32"), pixels("float32")
    megabytes = sum(tensor.nbytes for tensor in engine.backbone_tensors().values()) / 2**20

    def freeze() -> float:
        prefix = engine.prefix(STAGES, MANY)
        prefix(images)
        assert prefix.variant == "frozen"
        del prefix
        gc.collect()
        return psutil.Process().memory_info().rss / 2**20

    first = freeze()
    last = [freeze() for _ in range(4)][-1]
    # Kept weights would add four times theirs.
    assert last - first < 2 * megabytes


# PyTorch's whole runs on activations are in test/python/features/test_extraction.py.
@pytest.mark.parametrize("framework", ["tensorflow", pytest.param("pytorch", marks=pytest.mark.slow)])
def test_training_goes_on_from_activations_as_from_pixels(build, framework: str) -> None:
    images = pixels("float64", images=10)
    from_pixels = train(build(framework), 0, images)
    engine = build(framework)
    from_activations = train(engine, STAGES - 1, engine.prefix(STAGES - 1, len(images))(images))
    # The rounding of fifteen steps, in float64.
    assert from_activations.losses == pytest.approx(from_pixels.losses, rel=1e-8)
    assert from_activations.logits == pytest.approx(from_pixels.logits, rel=1e-8)


def test_half_activations_go_on_as_autocast_hands_them_from_stage_to_stage(build) -> None:
    engine, images = build("pytorch", "densenet121", precision="bfloat16"), pixels("float32")
    engine.start_phase(phase_of(), first_stage=0)
    whole = engine.predict(images)
    # Without a cast to half, a dense block's concatenated maps would be float32, with bits that the model rounds away.
    engine.start_phase(phase_of(), first_stage=4)
    assert np.array_equal(engine.predict(engine.prefix(4, 1)(images)), whole)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_cut_changes_nothing_of_what_trains(build, framework: str) -> None:
    engine = build(framework)
    facts = [engine.start_phase(LAST_STAGE, first_stage) for first_stage in (0, STAGES - 1)]
    assert facts[0] == facts[1]


def test_no_gradient_is_kept_for_frozen_stages(build) -> None:
    engine = build("pytorch")
    engine.start_phase(LAST_STAGE, first_stage=0)
    needs_gradient = {}
    for stage in ("layer3", "layer4"):
        getattr(engine.model.backbone, stage).register_forward_hook(
            lambda module, inputs, output, stage=stage: needs_gradient.update({stage: output.requires_grad})
        )
    engine.train_step(step_of(pixels("float64"), labels_of(4)))
    assert needs_gradient == {"layer3": False, "layer4": True}


CHEAP = {"resnet18", "vgg11"}


@pytest.mark.parametrize(
    "backbone",
    [name if name in CHEAP else pytest.param(name, marks=pytest.mark.slow) for name in backbone_table()],
)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_backbone_can_be_cut_after_every_stage(build, framework: str, backbone: str) -> None:
    engine, images, stages = build(framework, backbone), pixels("float64", images=2), stages_of(backbone)
    engine.start_phase(phase_of(), first_stage=0)
    whole = engine.predict(images)
    for first_stage in range(1, stages + 1):
        engine.start_phase(phase_of(), first_stage)
        outputs = engine.predict(engine.prefix(first_stage, len(images))(images))
        # The same operations on the same numbers; what is traced may take a sum in another order.
        assert np.abs(outputs - whole).max() <= 1e-12 * np.abs(whole).max(), first_stage


@dataclass
class Trained:
    """The results of a few steps."""

    losses: list[float]
    logits: np.ndarray


def train(engine: Engine, first_stage: int, inputs: np.ndarray) -> Trained:
    """Trains the last stage and the head for five epochs of three batches, the last of which is short."""
    engine.start_phase(LAST_STAGE, first_stage)
    labels = labels_of(len(inputs))
    handles = [
        engine.train_step(step_of(inputs[start : start + 4], labels[start : start + 4]))
        for _ in range(5)
        for start in range(0, len(inputs), 4)
    ]
    return Trained([step.loss for step in engine.read_steps(handles)], engine.predict(inputs))


def labels_of(images: int) -> np.ndarray:
    return np.arange(images) % CLASSES


def step_of(inputs: np.ndarray, labels: np.ndarray) -> StepInputs:
    """A batch that is a group by itself."""
    count = float(len(labels))
    return StepInputs(inputs, Targets(labels, np.eye(CLASSES)[labels], count), (), SGD["learningRate"], count)
