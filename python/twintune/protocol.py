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
SplitName = Literal["train", "validation", "test"]
Precision = Literal["float64", "float32", "bfloat16", "float16"]


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A JSON object with camelCase keys."""


class DatasetFields(Message, kw_only=True):
    """The fields that every source of images has."""

    train: str
    validation_fraction: float
    test_fraction: float
    image_size: int
    on_corrupt: Literal["fail", "skip"]


class DatasetPaths(DatasetFields, kw_only=True):
    """Where validation and test images are given apart from the training images."""

    validation: str | None = None
    test: str | None = None


class ImageFolder(DatasetPaths, kw_only=True, tag_field="source", tag="imagefolder"):
    """Folders of image files, a folder a class."""


class Csv(DatasetPaths, kw_only=True, tag_field="source", tag="csv"):
    """CSV files that name image files and their classes; paths are relative to the CSV file."""

    path_column: str
    label_column: str
    split_column: str | None = None


class Parquet(DatasetPaths, kw_only=True, tag_field="source", tag="parquet"):
    """Parquet files with a column of encoded images and a column of classes."""

    image_column: str
    label_column: str


class HuggingFace(DatasetFields, kw_only=True, tag_field="source", tag="huggingface"):
    """A dataset of the Hugging Face hub by its name, or a local folder, whose path is absolute."""

    configuration: str | None = None
    revision: str | None = None
    train_split: str
    validation_split: str | None = None
    test_split: str | None = None
    image_column: str
    label_column: str


DatasetRequest = ImageFolder | Csv | Parquet | HuggingFace

Range = tuple[float, float]
"""The smallest and the largest value."""


class RandomResizedCrop(Message):
    """Shares of the image's area, and width divided by height."""

    scale: Range
    ratio: Range


class ColorJitter(Message):
    """Strengths as in torchvision."""

    brightness: float
    contrast: float
    saturation: float
    hue: float


class RandAugment(Message):
    """Operations an image, and their magnitude of 30."""

    operations: int
    magnitude: int


class RandomErasing(Message):
    """Probability, shares of the image's area, and width divided by height."""

    probability: float
    scale: Range
    ratio: Range


class Augmentation(Message, kw_only=True):
    """Random changes to the training images; None and 0 for those that aren't wanted."""

    random_resized_crop: RandomResizedCrop | None = None
    horizontal_flip: float
    vertical_flip: float
    rotation: float
    color_jitter: ColorJitter | None = None
    rand_augment: RandAugment | None = None
    random_erasing: RandomErasing | None = None
    mixup: float
    cutmix: float


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
    decay_norm_and_bias: bool


class AdamW(Message, kw_only=True, tag_field="name", tag="adamw"):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float | None = None
    weight_decay: float
    decay_norm_and_bias: bool


class Sgd(Message, tag_field="name", tag="sgd"):
    """Stochastic gradient descent with momentum as PyTorch defines it (the rate outside of the buffer)."""

    learning_rate: float
    momentum: float
    nesterov: bool
    weight_decay: float
    decay_norm_and_bias: bool


class RmsProp(Message, kw_only=True, tag_field="name", tag="rmsprop"):
    """RMSprop (Tieleman and Hinton 2012) as PyTorch defines it; `smoothing` is its alpha."""

    learning_rate: float
    momentum: float
    smoothing: float
    centered: bool
    epsilon: float | None = None
    weight_decay: float
    decay_norm_and_bias: bool


Optimizer = Adam | AdamW | Sgd | RmsProp


class ConstantSchedule(Message, tag_field="name", tag="constant"):
    """The optimiser's rate throughout, after a linear warm-up."""

    warmup_epochs: float


class CosineSchedule(Message, tag_field="name", tag="cosine"):
    """Half a cosine from the optimiser's rate towards the final one, after a linear warm-up."""

    warmup_epochs: float
    final_learning_rate: float


class StepSchedule(Message, tag_field="name", tag="step"):
    """The optimiser's rate times `factor` at every so many epochs, after a linear warm-up."""

    warmup_epochs: float
    every_epochs: float
    factor: float


class OneCycleSchedule(Message, tag_field="name", tag="oneCycle"):
    """Half a cosine up to the optimiser's rate, and half a cosine down (Smith and Topin 2018)."""

    rise_fraction: float
    start_divisor: float
    final_divisor: float


Schedule = ConstantSchedule | CosineSchedule | StepSchedule | OneCycleSchedule


class TrainableStages(Message, kw_only=True):
    """The backbone's last stages, counted or from a named one on, and the head: one of the two is given."""

    last_stages: int | None = None
    from_: str | None = msgspec.field(name="from", default=None)


Trainable = Literal["head", "all"] | TrainableStages
BatchNormPolicy = Literal["inference", "adapt", "train"]


class Phase(Message):
    """A stretch of epochs with one set of trainable parameters and one optimiser."""

    epochs: int
    trainable: Trainable
    batch_norm: BatchNormPolicy
    backbone_learning_rate_scale: float
    layerwise_decay: float
    optimizer: Optimizer
    schedule: Schedule


class Ema(Message):
    """An exponential moving average of the weights."""

    decay: float


class EarlyStopping(Message):
    """When a phase ends before its last epoch, and with which epoch's weights."""

    monitor: Literal["loss", "accuracy"]
    mode: Literal["auto", "min", "max"]
    patience: int
    min_delta: float
    restore_best: bool


class Checkpoints(Message, kw_only=True):
    """When checkpoints are written, and how many earlier ones stay."""

    every_epochs: int
    every_steps: int | None = None
    keep: int


class Training(Message, kw_only=True):
    """How the model is trained."""

    batch_size: int
    gradient_accumulation: int
    clip_gradient_norm: float | None = None
    label_smoothing: float
    class_weights: Literal["none", "balanced"]
    ema: Ema | None = None
    precision: Precision
    phases: list[Phase]
    early_stopping: EarlyStopping | None = None
    checkpoints: Checkpoints


class RunRequest(Message):
    """One framework × seed. Paths are absolute. `resume` asks to go on from the run's last checkpoint."""

    framework: Framework
    seed: int
    mode: Mode
    dataset: DatasetRequest
    augmentation: Augmentation
    model: Model
    training: Training
    device: str
    deterministic: bool
    run_directory: str
    resume: bool
    cache_directory: str
    torch_python: str


class TrainingMetrics(Message):
    """Top-1 accuracy (0 to 1) and mean cross-entropy (nats), of the batches as they were trained on."""

    accuracy: float
    loss: float


class EvaluationMetrics(Message):
    """What the model is worth on a split; all from 0 to 1 but the mean cross-entropy (nats).

    `top_five_accuracy` is None where there are five classes or fewer.
    """

    accuracy: float
    top_five_accuracy: float | None
    macro_f1: float = msgspec.field(name="macroF1")
    loss: float
    calibration_error: float


class ClassEvaluation(Message):
    """One class of the test; a score is None where nothing can be divided by."""

    name: str = msgspec.field(name="class")
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class TopLoss(Message):
    """An image of the test that the model is most wrong about; `probability` is of the predicted class."""

    image: str
    label: str
    predicted: str
    probability: float
    loss: float


class Evaluation(Message):
    """The test in detail: what evaluation.json holds (see `src/protocol/evaluation.ts`)."""

    classes: list[str]
    confusion: list[list[int]]
    per_class: list[ClassEvaluation]
    top_losses: list[TopLoss]


class Seconds(Message):
    """Wall-clock seconds by part; `start` and `import` are the worker's and filled in by its parent."""

    start: float
    import_: float = msgspec.field(name="import")
    build: float
    data: float
    features: float
    first_step: float
    train: float
    checkpoint: float
    evaluate: float


class Facts(Message):
    """What the engine read back from its live model, optimiser and data (see `src/protocol/result.ts`)."""

    architecture: str
    parameters: int
    weights: str
    head_init: str
    split: str
    augmentation: str
    pixels: str
    batch_order: str
    loss: list[str]
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
    train: TrainingMetrics
    validation: EvaluationMetrics | None
    seconds: float
    images_per_second: float | None


class RunResult(Message):
    """What a finished run came to."""

    framework: Framework
    seed: int
    status: Literal["finished"]
    failure: None
    test: EvaluationMetrics
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


class LearningRatePoint(Message):
    """A step of a sweep: the loss of its batch, and the smoothed one after it."""

    learning_rate: float
    loss: float
    smoothed_loss: float


class LearningRateSuggestions(Message):
    """What the curve of a sweep suggests; None where it is too short."""

    valley: float | None
    steep: float | None


class FindLearningRateRequest(Message):
    """A sweep of the learning rate over the first phase of a run; both ends are above 0."""

    run: RunRequest
    start: float
    end: float
    steps: int


class FindLearningRateResult(Message):
    """The curve, why it ends, and what it suggests."""

    points: list[LearningRatePoint]
    ended: Literal["finished", "diverged", "notFinite"]
    suggestions: LearningRateSuggestions
    seconds: float


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


class SheetRequest(Message):
    """Draw what the network sees in training into this PNG file."""

    file: str
    seed: int
    backbone: str
    weights: WeightsRequest
    batch_size: int
    augmentation: Augmentation


class DescribeDataRequest(Message):
    """Tell what is in the data, split as a run would split it."""

    dataset: DatasetRequest
    cache_directory: str
    sheet: SheetRequest | None


class Spread(Message):
    """The smallest value, the one in the middle, and the largest."""

    min: int
    median: float
    max: int


class ImageSizes(Message):
    """Widths and heights of images in pixels."""

    width: Spread
    height: Spread


class ImageKind(Message):
    """How many images are encoded alike: Pillow's format and mode."""

    format: str
    mode: str
    images: int


class SplitDescription(Message):
    """What is in a split; `images_by_class` is in the order of the classes."""

    name: SplitName
    images: int
    images_by_class: list[int]
    sizes: ImageSizes
    kinds: list[ImageKind]


class DuplicateImage(Message):
    """One of several images with the same bytes."""

    split: SplitName
    image: str
    label: str


class UnreadableImage(Message):
    """An image that can't be decoded."""

    image: str
    reason: str


class DescribeDataResult(Message):
    """What is in the data; each of `duplicates` is a group of equal images."""

    classes: list[str]
    splits: list[SplitDescription]
    duplicates: list[list[DuplicateImage]]
    unreadable: list[UnreadableImage]
    warnings: list[str]
