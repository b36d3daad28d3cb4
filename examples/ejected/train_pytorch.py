"""Trains a classifier of images on a pretrained resnet50 in PyTorch.

This is the experiment document-resnet50 with seed 0, as a plain script: change what you like. The script
beside it does the same as TensorFlow's own library has it.

Needs: torch, torchvision, numpy, pillow, safetensors, pyarrow
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet
import torch
import torchvision
from PIL import Image, ImageOps
from safetensors.numpy import save_file
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

HERE = Path(__file__).resolve().parent

# The images. Those for validation and test are set apart by a hash of each image where they have no file.
TRAIN = HERE / "../data/train.parquet"
TEST = HERE / "../data/test.parquet"
VALIDATION_FRACTION = 0.2
IMAGE_SIZE = 224

# The model.
HIDDEN = (1024,)
OUTPUT = HERE / "model_pytorch.safetensors"

# The training.
SEED = 0
BATCH_SIZE = 32
EPOCHS = 5
LEARNING_RATE = 0.001

# Sums are divided among threads: another number of them rounds in another way.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(CORES)
torch.manual_seed(SEED)  # weights of the head, and dropout


# Data ------------------------------------------------------------------------------------------------


class Table(NamedTuple):
    """Encoded images, each with the name of its class and an identity that tells it from all others."""

    images: list[bytes]
    names: list[str]
    identities: list[str]
    classes: list[str]


def read(file: Path) -> Table:
    """Reads a parquet file with a column of encoded images and one of classes, as Hugging Face's datasets have them."""
    table = pyarrow.parquet.read_table(file, columns=["image", "label"])
    # The names of the classes, and whether images have paths of their own, stand in the file's metadata.
    described = json.loads((table.schema.metadata or {}).get(b"huggingface", "{}"))
    features = described.get("info", {}).get("features", {})
    cells = table.column("image").to_pylist()
    images = [cell if isinstance(cell, bytes) else cell["bytes"] for cell in cells]
    paths = [cell["path"] or "" for cell in cells] if features.get("image", {}).get("_type") == "Image" else []
    values = table.column("label").to_pylist()
    listed = features.get("label", {}).get("names")
    names = [listed[value] if listed else str(value) for value in values]
    return Table(images, names, identify(images, paths), listed or [str(value) for value in sorted(set(values))])


def identify(images: list[bytes], paths: list[str]) -> list[str]:
    """The identities of images: their paths, or a hash of their bytes where a path is missing or there twice."""
    if paths and "" not in paths and len(set(paths)) == len(paths):
        return paths
    contents = [hashlib.sha256(image).hexdigest() for image in images]
    seen = Counter()
    identities = []
    for content in contents:
        identities.append(f"{content}#{seen[content]}" if seen[content] else content)
        seen[content] += 1
    return identities


def load(source: Path) -> Table:
    """The images of a file or folder. Where there are none, the script ends."""
    if not source.exists():
        raise SystemExit(f"{source.resolve()} is not there. --train and --test name others.")
    table = read(source)
    if not table.images:
        raise SystemExit(f"{source.resolve()} holds no images. --train and --test name others.")
    return table


class Split(NamedTuple):
    """The images of one split, encoded, with the numbers of their classes."""

    images: list[bytes]
    labels: np.ndarray
    identities: list[str]


def select(table: Table, chosen: np.ndarray | bool = True) -> Split:
    """The chosen images of a table, in its order; all of them if none are chosen."""
    at = np.flatnonzero(np.broadcast_to(chosen, len(table.images)))
    labels = np.array([CLASSES.index(table.names[index]) for index in at])
    return Split([table.images[index] for index in at], labels, [table.identities[index] for index in at])


def place(identity: str) -> float:
    """A number in [0, 1) that depends on the image alone, so that new images move no old one to another split."""
    return int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8], "big") / 2**64


parser = argparse.ArgumentParser()
parser.add_argument("--train", type=Path, default=TRAIN, metavar="FILE", help="default: %(default)s")
parser.add_argument("--test", type=Path, default=TEST, metavar="FILE", help="default: %(default)s")
args = parser.parse_args()

given = load(args.train)
CLASSES = given.classes
places = np.array([place(identity) for identity in given.identities])
is_validation = places < VALIDATION_FRACTION
train = select(given, ~is_validation)
validation = select(given, is_validation)
test = select(load(args.test))
for split in (train, validation, test):
    # twintune moves images of a class that is so small that chance leaves it out of a split; this script doesn't.
    if len(set(split.labels)) < len(set(given.names)):
        raise SystemExit("A class has too few images for all splits: add some, or give each split its own file.")


def decode(encoded: bytes) -> Image.Image:
    """Decodes an image to 8-bit RGB."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded)))  # upright, as the camera was held
    if image.mode.startswith("I"):  # 16 bits: the upper byte, where Pillow would clip all to white
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:  # on white: the colour behind transparency is whatever an editor left there
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


# Pixels ----------------------------------------------------------------------------------------------

# The pixels as the authors of the weights had them; torchvision smooths what it makes smaller.
preset = torchvision.models.get_model_weights("resnet50")["IMAGENET1K_V1"].transforms()
transform = v2.Compose(
    [
        v2.Resize((IMAGE_SIZE, IMAGE_SIZE), preset.interpolation),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(mean=preset.mean, std=preset.std),
    ]
)


class Images(Dataset):
    """The images of a split, decoded and transformed when they are asked for."""

    def __init__(self, split: Split) -> None:
        self.split = split

    def __len__(self) -> int:
        return len(self.split.images)

    def __getitem__(self, position: int) -> tuple[torch.Tensor, int]:
        return transform(decode(self.split.images[position])), int(self.split.labels[position])


# Model -----------------------------------------------------------------------------------------------

model = torchvision.models.resnet50(weights="IMAGENET1K_V1")
features = model.fc.in_features
layers = []
for width in HIDDEN:
    layers += [nn.Linear(features, width), nn.ReLU()]
    features = width
head = nn.Sequential(*layers, nn.Linear(features, len(CLASSES)))
model.fc = head


@torch.inference_mode()
def evaluate(split: Split) -> np.ndarray:
    """The logits of all images of a split, of shape [images, classes]."""
    model.eval()
    return np.concatenate([model(images).numpy() for images, _ in DataLoader(Images(split), batch_size=BATCH_SIZE)])


# Metrics ---------------------------------------------------------------------------------------------


def measure(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Metrics of a whole split, in double precision."""
    predicted, images = logits.argmax(axis=1), np.arange(len(labels))
    right = predicted == labels
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)  # a softmax is the same for shifted logits, and nothing overflows
    of_label = shifted[images, labels]
    sums = np.exp(shifted).sum(axis=1)
    found = {"accuracy": float(right.mean())}
    if len(CLASSES) > 5:
        own = logits[images, labels][:, None]
        earlier = np.arange(len(CLASSES)) < labels[:, None]
        better = (logits > own) | ((logits == own) & earlier)
        found["topFiveAccuracy"] = float((better.sum(axis=1) < 5).mean())
    # F1 of each class is 2 right / (answered + present); a class that is neither answered nor present has none.
    counts = [np.bincount(each, minlength=len(CLASSES)) for each in (labels[right], predicted, labels)]
    with np.errstate(invalid="ignore"):
        found["macroF1"] = float(np.nanmean(2 * counts[0] / (counts[1] + counts[2])))
    found["loss"] = float((np.log(sums) - of_label).mean())
    # Expected calibration error: how far confidence is from being right, in 15 bins of confidence.
    confidences = 1 / sums
    bins = np.digitize(confidences, np.linspace(0, 1, 16)[1:-1], right=True)
    sums_right, sums_sure = (np.bincount(bins, each, minlength=15) for each in (right, confidences))
    found["calibrationError"] = float(np.abs(sums_right - sums_sure).sum() / len(labels))
    return found


def fingerprint(tensors: dict[str, np.ndarray]) -> str:
    """The SHA-256 of tensors: the same number means the same model to the last bit."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(f"{name}{tensors[name].dtype.str}{tensors[name].shape}".encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()


# Training: the head alone ----------------------------------------------------------------------------

# The backbone is frozen before the head is told to train: the other way round nothing would be left to train.
# In training mode, as here, PyTorch's BatchNorm normalises by the batch and moves its statistics, frozen or not.
for parameter in model.parameters():
    parameter.requires_grad = False
for parameter in head.parameters():
    parameter.requires_grad = True
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(head.parameters(), lr=LEARNING_RATE)
for epoch in range(EPOCHS):
    model.train()
    loss_sum = 0.0
    # An order of its own for each epoch and seed.
    order = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
    for images, labels in DataLoader(Images(train), batch_size=BATCH_SIZE, shuffle=True, generator=order):
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item() * len(images)
    found = measure(evaluate(validation), validation.labels)
    print(
        f"epoch {epoch + 1}/{EPOCHS}  loss {loss_sum / len(train.labels):.4f}"
        f"  validation loss {found['loss']:.4f}  accuracy {found['accuracy']:.2%}"
    )


# Test ------------------------------------------------------------------------------------------------

tensors = {
    name: tensor.numpy()
    for name, tensor in model.state_dict().items()
    if not name.startswith("fc.") and not name.endswith("num_batches_tracked")
}
for index, layer in enumerate(each for each in head if isinstance(each, nn.Linear)):
    tensors[f"head.{index}.weight"] = layer.weight.detach().numpy()
    tensors[f"head.{index}.bias"] = layer.bias.detach().numpy()
for name, value in measure(evaluate(test), test.labels).items():
    print(f"test {name} {value}")
save_file(tensors, OUTPUT)
print(f"{OUTPUT.name} {fingerprint(tensors)}")
