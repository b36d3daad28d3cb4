"""Both engines are read side by side: files of the same name have the same functions, which are called alike."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINES = Path(__file__).parents[3] / "python" / "twintune" / "engines"

FILES = sorted({file.name for file in ENGINES.glob("tensorflow/*.py")} & {f.name for f in ENGINES.glob("pytorch/*.py")})

EXCEPTIONS: dict[str, dict[str, str]] = {
    "aligned.py": {
        "AlignedEngine.digest_replica": "PyTorch's replicas are processes, which are asked for it",
        "AlignedEngine.place_replica": "as `digest_replica`",
    },
    "batch_norm.py": {
        "BatchNormalization": "Keras' layer is given PyTorch's meaning",
        "synchronizing": "PyTorch's layers sum within a `with` block, which a traced step has no place for",
        "set_sum_within": "as `synchronizing`",
        "batch_norm_mode": "a layer of PyTorch has no mode but `training`",
        "batch_norms_of": "PyTorch's layers are found alike in both modes",
    },
    "checkpoint.py": {
        "NamedParameters": "PyTorch's optimiser has its state by parameter, in both modes",
        "load_module": "torchvision's model is loaded by names, Keras' by the paths of its variables",
        "generator_tensors": "PyTorch's layers draw from its global generators, Keras' from variables of their own",
        "load_generators": "as `generator_tensors`",
    },
    "device.py": {"Device.put": "TensorFlow takes arrays of NumPy as they are"},
    "idiomatic_optimizer.py": {
        "build_idiomatic_optimizer": "Keras' optimiser gets its variables when the model is compiled"
    },
    "idiomatic_pipeline.py": {"IdiomaticPipeline.transform": "Keras' preprocessing comes with the model"},
    "loss_scaling.py": {
        "LossScaling": "PyTorch's is its own GradScaler",
        "all_finite": "GradScaler looks for itself",
        "build_loss_scaling": "GradScaler wants to know the kind of device",
    },
    "mends.py": {
        "Conv2D": "a mend of keras-hub",
        "LeakyReLU": "a mend of TensorFlow",
        "pad_symmetrically": "a mend of keras-hub",
        "BatchNorm2d": "a mend of PyTorch",
        "BatchNormAct2d": "a mend of PyTorch",
        "Hardsigmoid": "a mend of PyTorch",
        "Hardswish": "a mend of PyTorch",
    },
    "model.py": {
        "AlignedModel.all_variables": "Keras counts running statistics among a layer's variables",
        "AlignedModel.all_parameters": "PyTorch counts running statistics among a layer's buffers",
        "AlignedModel.named_parameters": "as `checkpoint.NamedParameters`",
        "building_in": "Keras takes the dtypes of what it builds from global settings",
        "create_backbone": "timm's model is built before it is loaded; keras-hub does both at once",
        "dtype_name": "TensorFlow's dtypes have a name",
        "module_tensors": "as `checkpoint.load_module`",
    },
    "optimizer.py": {
        "AlignedOptimizer": "PyTorch's own optimisers are the meaning of aligned mode",
        "learning_rate_of": "PyTorch's optimiser keeps the rate with each group of parameters",
        "set_learning_rate": "as `learning_rate_of`",
    },
    "probe.py": {"Probe.__init__": "PyTorch's probe tells the other processes what it does"},
    "prefix.py": {"Prefix.variant": "PyTorch falls back to the next variant where it can't prepare the best"},
    "projection.py": {
        "Projection": "timm's backbone has the layers already",
        "build_projection": "keras-hub's backbone lacks the layer, which is built from the file of weights",
    },
    "replicas.py": {
        "Replicas": "PyTorch's replicas are processes, TensorFlow's devices of one process",
        "Follower": "as `Replicas`",
        "replicas_of": "as `Replicas`",
        "leave_replicas": "as `Replicas`",
        "make_logical_cpus": "as `Replicas`",
    },
    "stages.py": {
        "stage_layer": "Keras' graph is cut at the output of a layer",
        "stage_tensor": "as `stage_layer`",
    },
    "steps.py": {
        "TrainStep.__init__": "TensorFlow traces a step by the specs of its batches",
        "build_eval_step": "as `TrainStep.__init__`",
        "clip_by_global_norm": "PyTorch's own function is the meaning of aligned mode",
    },
    "suffix.py": {"input_shape": "as `steps.TrainStep.__init__`"},
}
"""What differs by file and name (a class's stands for its methods too), and why."""

Signatures = dict[str, list[str]]


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_the_same_functions_in_both_engines_with_the_same_parameters(file: str) -> None:
    ours, theirs = (signatures_of(ENGINES / engine / file) for engine in ("tensorflow", "pytorch"))
    excepted = EXCEPTIONS.get(file, {})
    differing = {name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)}
    unexplained = {name for name in differing if not {name, name.split(".")[0]} & set(excepted)}
    assert {name: (ours.get(name), theirs.get(name)) for name in unexplained} == {}


def test_every_exception_is_still_needed() -> None:
    for file, excepted in EXCEPTIONS.items():
        ours, theirs = (signatures_of(ENGINES / engine / file) for engine in ("tensorflow", "pytorch"))
        for name in excepted:
            members = {each for each in {**ours, **theirs} if each == name or each.startswith(f"{name}.")}
            assert any(ours.get(each) != theirs.get(each) for each in members), f"{file}: {name} is alike in both"


def signatures_of(file: Path) -> Signatures:
    """The parameters of each public function and method of a file, by name."""
    found: Signatures = {}
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef) and is_public(node.name):
            found[node.name] = parameters_of(node)
        elif isinstance(node, ast.ClassDef) and is_public(node.name):
            found[node.name] = []
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and is_public(method.name):
                    found[f"{node.name}.{method.name}"] = parameters_of(method)
    return found


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__call__")


def parameters_of(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
