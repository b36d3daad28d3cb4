"""The weights of a backbone: one safetensors file with timm's names, given to both frameworks."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import safetensors

from twintune.backbones import BackboneEntry, find_backbone, tensor_shapes
from twintune.errors import MEND_UNWRITABLE, TwintuneError, install_command, is_unwritable
from twintune.model.tensor_files import DamagedTensors, load_sealed, save_sealed
from twintune.protocol import FileWeights, ImagenetWeights, RunRequest
from twintune.seeding import generator
from twintune.system.files import state_of, sweep_temporary
from twintune.system.network import first_line, why_unreachable


def resolve_weights(request: RunRequest) -> Path:
    """Finds, makes or downloads the safetensors file of the request's backbone.

    Args:
        request: The run's request, which gives the backbone, the kind of weights, the seeds and the cache folder.

    Returns:
        The file; its tensors' names and shapes are checked.

    Raises:
        TwintuneError: WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH, WEIGHTS_UNAVAILABLE or PACKAGE_MISSING.
    """
    name, weights = request.model.backbone, request.model.weights
    entry = find_backbone(name)
    cache = Path(request.cache_directory, "weights")
    sweep_temporary(cache)
    if isinstance(weights, FileWeights):
        file = Path(weights.path)
        if not file.is_file():
            raise TwintuneError(
                "WEIGHTS_NOT_FOUND",
                f"There is no file {file}.",
                "Give a safetensors file as model.weights.file.",
            )
    elif not isinstance(weights, ImagenetWeights):
        file = _random_weights(name, request.seeds.init, cache)
    elif entry.imagenet.source == "package":
        file = _packaged_weights(name, entry, cache, request.torch_python)
    else:
        file = hub_weights(name, entry)
    check_tensors(file, name, state_of(file))
    return file


def random_tensors(name: str, seed: int) -> dict[str, np.ndarray]:
    """Random weights: convolutions Kaiming normal over the fan-out (He et al. 2015), BatchNorm the identity.

    Every tensor has a generator of its own, named by the tensor.

    Args:
        name: The backbone.
        seed: The seed of the run's initial weights.

    Returns:
        float32 tensors by timm's names.
    """
    tensors = {}
    for tensor, shape in tensor_shapes(name).items():
        if len(shape) == 4:
            depthwise = shape[1] == 1 and shape[0] > 1
            fan_out = (1 if depthwise else shape[0]) * shape[2] * shape[3]
            draw = generator(seed, "backbone", tensor).standard_normal(shape)
            tensors[tensor] = (draw * np.sqrt(2 / fan_out)).astype(np.float32)
        else:
            ones = tensor.endswith(("weight", "running_var"))
            tensors[tensor] = np.full(shape, 1.0 if ones else 0.0, dtype=np.float32)
    return tensors


def _random_weights(name: str, seed: int, cache: Path) -> Path:
    manifest = hashlib.sha256(json.dumps(tensor_shapes(name)).encode()).hexdigest()[:12]
    file = cache / f"{name}-random-{seed}-{manifest}.safetensors"
    if not (file.is_file() and _is_whole(file, state_of(file))):
        save_sealed(random_tensors(name, seed), file)
    return file


def _packaged_weights(name: str, entry: BackboneEntry, cache: Path, torch_python: str) -> Path:
    """Converts the package's PyTorch file once, in a process of its own: TensorFlow's process must not import torch."""
    package = entry.imagenet.package or ""
    version = _run_with_torch(torch_python, name, package, "-c", _PRINT_VERSION, package).strip()
    file = cache / f"{name}-{package}-{version}.safetensors"
    if not (file.is_file() and _is_whole(file, state_of(file))):
        _run_with_torch(torch_python, name, package, "-m", "twintune.model.convert_package", package, name, str(file))
    return file


_PRINT_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


def _run_with_torch(torch_python: str, name: str, package: str, *arguments: str) -> str:
    """Runs the Python that has PyTorch and the package, and returns what it printed."""
    what = f"The weights of {name} in the package {package} can't be read"
    try:
        ran = subprocess.run(
            # Modules of the working directory, such as a random.py, are no part of it.
            [torch_python, "-P", *arguments],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise TwintuneError(
            "INTERPRETER_MISSING", f"{what} without PyTorch's Python: {error}.", "Set TWINTUNE_PYTHON_PYTORCH."
        ) from error
    if ran.returncode == 0:
        return ran.stdout
    last = (ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"])[-1]
    if is_unwritable(last):
        raise TwintuneError(
            "FILE_UNWRITABLE", f"The weights of {name} can't be written into the cache: {last}.", MEND_UNWRITABLE
        )
    if _MISSING.match(last):
        install = install_command("requirements-pytorch.txt", python=torch_python)
        raise TwintuneError("PACKAGE_MISSING", f"{what}: {last}", install)
    raise TwintuneError("PYTHON_EXCEPTION", f"{what}: {last}")


# The last line of a program whose import failed; a broken CUDA library raises OSError.
_MISSING = re.compile(r"(\w+\.)*(ModuleNotFoundError|ImportError|OSError|PackageNotFoundError)\b")


def local_hub_weights(entry: BackboneEntry, cache: Path | None = None) -> Path | None:
    """The checkpoint of a backbone in the hub's cache on this machine, or None.

    Args:
        entry: The backbone, whose weights are on the hub.
        cache: A cache of the hub's layout; None takes the one that the hub's client is set up for.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    repository = entry.imagenet.repository or ""
    try:
        return Path(hf_hub_download(repository, "model.safetensors", cache_dir=cache, local_files_only=True))
    except LocalEntryNotFoundError:
        return None


def hub_weights(name: str, entry: BackboneEntry, cache: Path | None = None) -> Path:
    """Finds the checkpoint of a backbone in the hub's cache on this machine, or downloads it there.

    Raises:
        TwintuneError: WEIGHTS_UNAVAILABLE.
    """
    from huggingface_hub import constants, hf_hub_download

    found = local_hub_weights(entry, cache)
    if found is not None:
        return found
    repository = entry.imagenet.repository or ""
    what = f"{name} ({repository})"
    hint = _mend_offline(name)
    # The hub's client tries again and again when the hub doesn't answer.
    reason = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else why_unreachable(constants.ENDPOINT)
    if reason is not None:
        raise weights_unavailable(what, reason, hint)
    try:
        return Path(hf_hub_download(repository, "model.safetensors", cache_dir=cache))
    except Exception as error:
        raise weights_unavailable(what, first_line(error), hint) from error


def _mend_offline(name: str) -> str:
    return (
        f"Where there is a network, `twintune fetch {name} --out FOLDER` gets them into a folder that can be carried"
        " here, where HF_HOME=FOLDER names it. The backbone efficientnet_lite0 brings its weights in a package. Or use"
        " model.weights=random, or model.weights={ file: x.safetensors } with timm's tensor names."
    )


def weights_unavailable(what: str, reason: str, hint: str | None = None) -> TwintuneError:
    """The failure to download ImageNet weights.

    Args:
        what: The backbone, and where its weights are.
        reason: The reason in a few words.
        hint: The remedy; None says what helps with a library's own model.
    """
    return TwintuneError(
        "WEIGHTS_UNAVAILABLE",
        f"The ImageNet weights of {what} are not on this machine and can't be downloaded: {reason}.",
        hint
        or "Without a network use model.weights=random, or in aligned mode model.weights={ file: x.safetensors } with"
        " timm's tensor names, or the backbone efficientnet_lite0, which brings its weights in a package.",
    )


@functools.lru_cache(maxsize=8)
def _is_whole(file: Path, _state: tuple[int, ...]) -> bool:
    """Whether a file of the cache is what was written there; one that isn't is made again."""
    try:
        load_sealed(file)
    except DamagedTensors:
        return False
    return True


@functools.lru_cache(maxsize=8)
def check_tensors(file: Path, name: str, _state: tuple[int, ...]) -> None:
    """Checks the file's tensors against the backbone's; a classifier and counters are passed over.

    A warm worker's next run on the same file finds it checked, as long as its state is the same.
    """
    try:
        with safetensors.safe_open(file, framework="np") as tensors:
            present = set(tensors.keys())
            for tensor, shape in tensor_shapes(name).items():
                fault = _fault(tensors, tensor, shape) if tensor in present else "is missing"
                if fault:
                    raise TwintuneError(
                        "WEIGHTS_MISMATCH",
                        f"{file}: the tensor {tensor!r} of {name} {fault}.",
                        f"Give float32 weights of {name} with timm's tensor names.",
                    )
    except (safetensors.SafetensorError, OSError) as error:
        raise TwintuneError(
            "WEIGHTS_MISMATCH", f"{file} is not a safetensors file: {error}", "Only safetensors files are read."
        ) from error


def _fault(tensors: Any, tensor: str, shape: tuple[int, ...]) -> str | None:
    view = tensors.get_slice(tensor)
    if tuple(view.get_shape()) != shape:
        return f"has the shape {view.get_shape()} instead of {list(shape)}"
    # Tensors of other dtypes would be rounded by each library at a point of its own.
    if view.get_dtype() != "F32":
        return f"has the dtype {view.get_dtype()} instead of F32"
    return None if np.isfinite(tensors.get_tensor(tensor)).all() else "holds a value that is not finite"
