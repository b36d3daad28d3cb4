"""A check that BatchNorm can learn from every batch, made before anything is built."""

from __future__ import annotations

from twintune.backbones import tensor_shapes
from twintune.errors import TwintuneError
from twintune.protocol import RunRequest

_STRIDE = 32
"""The stride of every backbone's last feature map: an image of this size or less has one value a channel there."""
_DENSENET = 60
"""The same image size for DenseNets, whose average pools leave out the last row of an odd number."""


def check_batches(request: RunRequest, images: int) -> None:
    """Checks that each device gets an image of every batch, and BatchNorm more than one value a channel.

    The variance of a single value is 0, and PyTorch's unbiased variance a division by 0. PyTorch refuses such a batch
    only at the end of the first epoch, when it comes; TensorFlow goes on with statistics that aren't finite.

    Args:
        request: The run's request.
        images: The number of training images.

    Raises:
        TwintuneError: BATCH_TOO_SMALL if a batch has fewer images than there are devices, or a batch that BatchNorm
            normalises by has a single value a channel.
    """
    last_batch = images % request.training.batch_size or request.training.batch_size
    parallel = request.training.data_parallel
    if parallel is not None and last_batch < parallel.devices:
        raise TwintuneError(
            "BATCH_TOO_SMALL",
            f"The last batch of {images} training images, in batches of {request.training.batch_size}, has"
            f" {last_batch} of them, and {parallel.devices} devices are to share it.",
            "Change training.batchSize so that more images are left, or use fewer training.dataParallel.devices.",
        )
    # No engine is built yet that could be asked. A listing of idiomatic mode says it of its own batch, when that comes.
    if request.mode == "idiomatic":
        return
    largest = _DENSENET if request.model.backbone.startswith("densenet") else _STRIDE
    if request.dataset.image_size > largest:
        return
    # A device that takes the moments of its own share has the fewest images.
    fewest = last_batch // parallel.devices if parallel is not None and parallel.batch_norm == "local" else last_batch
    phases = [n for n, phase in enumerate(request.training.phases, start=1) if phase.batch_norm != "inference"]
    has_batch_norm = any(name.endswith(".running_mean") for name in tensor_shapes(request.model.backbone))
    if fewest > 1 or not phases or not has_batch_norm:
        return
    on_device = " on a device" if fewest < last_batch else ""
    raise TwintuneError(
        "BATCH_TOO_SMALL",
        f"Phase {phases[0]} normalises by the batch, and the last one of its {images} training images, in batches of"
        f" {request.training.batch_size}, is a single image{on_device}: at {request.dataset.image_size} pixels it has"
        " one value a channel in the last feature map, which has no variance.",
        "Change training.batchSize so that more than one image is left, use a larger dataset.imageSize, or"
        " batchNorm: inference.",
    )
