"""What crosses the bridge, as types: the twin of `src/protocol/` and `src/spec/schema.ts`.

Requests are complete: the only default here is None, for what may be left out (a test set that is split off, an
epsilon that is each framework's own), so that a default can only stand in the TypeScript schema. Unknown fields are
refused. test/fixtures/protocol is parsed by both languages.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Framework = Literal["tensorflow", "pytorch"]
Mode = Literal["aligned", "idiomatic"]
Precision = Literal["float64", "float32"]


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A JSON object with camelCase keys."""


class DatasetFields(Message, kw_only=True):
    """The fields that every source of images has."""

    train: str
    test: str | None = None
    validation_fraction: float
    test_fraction: float
    image_size: int


class ImageFolder(DatasetFields, kw_only=True, tag_field="source", tag="imagefolder"):
    """Folders of image files, a folder a class."""


class Parquet(DatasetFields, kw_only=True, tag_field="source", tag="parquet"):
    """Parquet files with a column of encoded images and a column of classes."""

    image_column: str
    label_column: str


DatasetRequest = ImageFolder | Parquet


class Head(Message):
    """The layers between the pooled features and the logits."""

    hidden: list[int]
    activation: Literal["relu", "silu", "tanh"]
    dropout: float


class ImagenetWeights(Message, tag_field="kind", tag="imagenet"):
    """The weights that the backbone table names."""


class RandomWeights(Message, tag_field="kind", tag="random"):
    """Drawn from the run's seed."""


class FileWeights(Message, tag_field="kind", tag="file"):
    """A safetensors file with timm's tensor names."""

    path: str


WeightsRequest = ImagenetWeights | RandomWeights | FileWeights


class Model(Message):
    """The network to build."""

    backbone: str
    weights: WeightsRequest
    head: Head


class Adam(Message, kw_only=True, tag_field="name", tag="adam"):
    """Adam (Kingma and Ba 2015) with coupled weight decay. `epsilon` is None only in idiomatic mode."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float | None = None
    weight_decay: float


class AdamW(Message, kw_only=True, tag_field="name", tag="adamw"):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float | None = None
    weight_decay: float


class Sgd(Message, tag_field="name", tag="sgd"):
    """Stochastic gradient descent with momentum as PyTorch defines it (the rate outside of the buffer)."""

    learning_rate: float
    momentum: float
    nesterov: bool
    weight_decay: float


Optimizer = Adam | AdamW | Sgd


class ConstantSchedule(Message, tag_field="name", tag="constant"):
    """The optimiser's rate throughout, after a linear warm-up."""

    warmup_epochs: float


class CosineSchedule(Message, tag_field="name", tag="cosine"):
    """Half a cosine from the optimiser's rate towards the final one, after a linear warm-up."""

    warmup_epochs: float
    final_learning_rate: float


Schedule = ConstantSchedule | CosineSchedule


class LastStages(Message):
    """The backbone's last stages train, and the head."""

    last_stages: int


Trainable = Literal["head", "all"] | LastStages


class Phase(Message):
    """A stretch of epochs with one set of trainable parameters and one optimiser."""

    epochs: int
    trainable: Trainable
    optimizer: Optimizer
    schedule: Schedule


class RunRequest(Message):
    """One framework × seed. Paths are absolute."""

    framework: Framework
    seed: int
    mode: Mode
    dataset: DatasetRequest
    model: Model
    batch_size: int
    precision: Precision
    phases: list[Phase]
    device: str
    deterministic: bool
    run_directory: str
    cache_directory: str
    torch_python: str


class Metrics(Message):
    """Top-1 accuracy (0 to 1) and mean cross-entropy (nats)."""

    accuracy: float
    loss: float


class Seconds(Message):
    """Wall-clock seconds by part; `start` and `import` are the worker's and filled in by its parent."""

    start: float
    import_: float = msgspec.field(name="import")
    build: float
    data: float
    features: float
    first_step: float
    train: float
    evaluate: float


class Facts(Message):
    """What the engine read back from its live model, optimiser and data (see `src/protocol/result.ts`)."""

    architecture: str
    parameters: int
    weights: str
    head_init: str
    split: str
    pixels: str
    batch_order: str
    optimizer: list[str]
    schedule: str
    batch_norm: list[str]
    precision: str
    device: str
    deterministic: bool
    threads: str


class EpochRecord(Message):
    """One training epoch; `phase` and `epoch` count from 1, `learning_rate` is the last step's."""

    phase: int
    epoch: int
    learning_rate: float
    train: Metrics
    validation: Metrics | None
    seconds: float
    images_per_second: float | None


class RunResult(Message):
    """What a finished run came to."""

    framework: Framework
    seed: int
    status: Literal["finished"]
    failure: None
    test: Metrics
    first_step_loss: float
    pixel_digest: str
    weights_digest: str
    seconds: Seconds
    images_per_second: float | None
    feature_images_per_second: float | None
    peak_memory_bytes: int
    peak_memory_method: str
    epochs: list[EpochRecord]
    classes: list[str]
    facts: Facts


class ImportFrameworkRequest(Message):
    """Import this framework and its engine."""

    framework: Framework


class ImportFrameworkResult(Message):
    """How long it took."""

    seconds: float


class InspectRequest(Message):
    """Tell what the machine offers this framework."""

    framework: Framework


class InspectResult(Message):
    """What the machine offers a framework."""

    python: str
    executable: str
    versions: dict[str, str]
    devices: list[str]
    gpu_support: str
    memory_bytes: int
    available_memory_bytes: int


class PairedDifferenceRequest(Message):
    """Two samples, paired by position, and a nominal confidence level (0 to 1)."""

    tensorflow: list[float]
    pytorch: list[float]
    level: float


class PairedDifferenceResult(Message):
    """TensorFlow minus PyTorch; the interval and the p-value are None for a single pair."""

    mean: float
    interval: tuple[float, float] | None
    level: float | None
    p_value: float | None
