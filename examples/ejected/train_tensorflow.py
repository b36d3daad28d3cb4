"""Trains a classifier of images on a pretrained resnet50 in TensorFlow.

This is the experiment document-resnet50 with seed 0, as a plain script: change what you like. The script
beside it does the same as PyTorch's own library has it.

Needs: tensorflow, numpy, pillow, safetensors, pyarrow
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

import keras
import numpy as np
import pyarrow.parquet
import tensorflow as tf
from PIL import Image, ImageOps
from safetensors.numpy import save_file

HERE = Path(__file__).resolve().parent

# The images. Those for validation and test are set apart by a hash of each image where they have no file.
TRAIN = HERE / "../data/train.parquet"
TEST = HERE / "../data/test.parquet"
VALIDATION_FRACTION = 0.2
IMAGE_SIZE = 224

# The model.
HIDDEN = (1024,)
OUTPUT = HERE / "model_tensorflow.safetensors"

# The training.
SEED = 0
BATCH_SIZE = 32
EPOCHS = 5
LEARNING_RATE = 0.001

# Sums are divided among threads: another number of them rounds in another way.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
tf.config.set_visible_devices([], "GPU")
tf.config.threading.set_intra_op_parallelism_threads(CORES)
tf.config.threading.set_inter_op_parallelism_threads(CORES)
keras.utils.set_random_seed(SEED)  # weights of the head, and dropout
tf.random.set_seed(SEED)  # tf.data shuffles by this seed too


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


def batches_of(split: Split, positions: tf.data.Dataset) -> tf.data.Dataset:
    """Batches of the images at positions, with their classes. TensorFlow resizes without smoothing."""
    labels = tf.constant(split.labels)

    def load(position):
        image = tf.numpy_function(lambda at: np.asarray(decode(split.images[at])), [position], tf.uint8)
        image.set_shape([None, None, 3])
        image = tf.image.resize(image, (IMAGE_SIZE, IMAGE_SIZE))
        return keras.applications.resnet.preprocess_input(image), labels[position]

    return positions.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)


# Model -----------------------------------------------------------------------------------------------

backbone = keras.applications.ResNet50(weights="imagenet", include_top=False)
head = [
    *(keras.layers.Dense(width, activation="relu") for width in HIDDEN),
    keras.layers.Dense(len(CLASSES), activation="softmax"),
]
x = keras.layers.GlobalAveragePooling2D()(backbone.output)
for layer in head:
    x = layer(x)
model = keras.Model(inputs=backbone.input, outputs=x)


def evaluate(split: Split) -> np.ndarray:
    """Logits of all images of a split, of shape [images, classes]: the logarithms of the softmax's probabilities."""
    probabilities = model.predict(batches_of(split, tf.data.Dataset.range(len(split.labels))), verbose=0)
    return np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))


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

# A frozen layer of Keras is out of training altogether: its BatchNorm keeps the statistics, unlike PyTorch's.
for layer in backbone.layers:
    layer.trainable = False
optimizer = keras.optimizers.Adam(learning_rate=LEARNING_RATE)
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
for epoch in range(EPOCHS):
    # An order of its own for each epoch and seed, over all images.
    positions = tf.data.Dataset.range(len(train.labels))
    positions = positions.shuffle(len(train.labels), seed=SEED * 1_000_003 + epoch)
    history = model.fit(batches_of(train, positions), verbose=0).history
    found = measure(evaluate(validation), validation.labels)
    print(
        f"epoch {epoch + 1}/{EPOCHS}  loss {history['loss'][0]:.4f}"
        f"  validation loss {found['loss']:.4f}  accuracy {found['accuracy']:.2%}"
    )


# Test ------------------------------------------------------------------------------------------------

tensors = {variable.path: variable.numpy() for variable in backbone.weights}
for index, layer in enumerate(each for each in head if isinstance(each, keras.layers.Dense)):
    kernel, bias = layer.get_weights()
    tensors[f"head.{index}.weight"] = np.ascontiguousarray(kernel.T)  # outputs first, as in PyTorch
    tensors[f"head.{index}.bias"] = bias
for name, value in measure(evaluate(test), test.labels).items():
    print(f"test {name} {value}")
save_file(tensors, OUTPUT)
print(f"{OUTPUT.name} {fingerprint(tensors)}")
