"""The loading of a run's trained model into its framework's engine, without its data and without a download."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twintune.backbones import tensor_shapes
from twintune.data.dataset import Split
from twintune.data.loader import ImagePipeline
from twintune.digests import digest_tensors
from twintune.engines import create_trained_engine
from twintune.engines.engine import Engine
from twintune.errors import TwintuneError
from twintune.model.model_file import ModelFile, load_model_file
from twintune.protocol import (
    Augmentation,
    Checkpoints,
    FileWeights,
    ImageFolder,
    ImagenetWeights,
    Model,
    RandomWeights,
    RunRequest,
    RunSeeds,
    TrainedModelDescription,
    Training,
)

BATCH_SIZE = 32
"""The number of images that go through a model at once, unless another one is asked for."""


@dataclass(frozen=True)
class TrainedModel:
    """A trained model in its framework's engine."""

    description: TrainedModelDescription
    engine: Engine

    @property
    def classes(self) -> list[str]:
        """Class names, in the order of the logits."""
        return self.description.classes

    def logits(self, images: Split, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """Computes the logits of images, which are decoded and preprocessed by the code of the training.

        Args:
            images: The images; their labels are passed over.
            batch_size: The number of images that go through the model at once.

        Returns:
            Array of shape [images, classes], in the images' order. Models of idiomatic mode on TensorFlow end in a
            softmax; theirs are the logarithms of its probabilities.

        Raises:
            TwintuneError: IMAGE_CORRUPT if an image can't be decoded.
        """
        batches = [*self.batches_of_logits(images, batch_size)]
        return np.concatenate(batches) if batches else np.empty((0, len(self.classes)), np.float32)

    def batches_of_logits(self, images: Split, batch_size: int = BATCH_SIZE) -> Iterator[np.ndarray]:
        """Computes the logits of images batch by batch, as `logits` does all at once."""
        for batch in self._pipeline(batch_size).ordered_batches(images):
            yield self.engine.predict(batch.inputs)

    def _pipeline(self, batch_size: int) -> ImagePipeline:
        # The pipelines of both modes are frozen dataclasses, which the protocol can't say.
        return dataclasses.replace(self.engine.pipeline, batch_size=batch_size)  # type: ignore[type-var]


def load_trained_model(file: Path, device: str = "auto", digest: str | None = None) -> TrainedModel:
    """Loads a trained model into the engine of its framework, which must be imported already.

    Neither the data nor the weights that the run began with are needed: the file has all tensors.

    Args:
        file: The run's model.safetensors (`model_file_of`).
        device: The device as in a specification: `auto`, `cpu`, `gpu` or `gpu:N`.
        digest: The hash of the tensors that the run ended with, to hold the file against; None for a file of no run.

    Raises:
        TwintuneError: MODEL_UNUSABLE if the file can't be read, isn't of such a model or holds that of another
            run, DEVICE_UNAVAILABLE or PRECISION_UNAVAILABLE.
    """
    content = load_model_file(file)
    description, stored = content.description, digest_tensors(content.tensors)
    if digest is not None and stored != digest:
        raise TwintuneError(
            "MODEL_UNUSABLE",
            f"{file} can't be used: it holds another model than the one that the run ended with.",
            "Put the run's own model back, or carry the run out again.",
        )
    _check_tensors(content, file)
    engine = create_trained_engine(_request_of(description, file, device), len(description.classes), file)
    engine.load_trained(content.tensors)
    live = {**engine.backbone_tensors(), **engine.head_tensors()}
    if digest_tensors(live) != stored:
        raise TwintuneError(
            "MODEL_UNUSABLE",
            f"{file} can't be used: its tensors aren't those of {description.backbone} as this version builds it.",
            "Use the versions of the frameworks that the run was made with; environment.json names them.",
        )
    return TrainedModel(description, engine)


def _check_tensors(content: ModelFile, file: Path) -> None:
    """Refuses a file of aligned mode that lacks a tensor of its backbone; frameworks say that in many ways."""
    if content.description.mode == "aligned":
        shapes = tensor_shapes(content.description.backbone)
        found = {name: tensor.shape for name, tensor in content.tensors.items()}
        wrong = [name for name, shape in shapes.items() if found.get(name) != shape]
        if wrong:
            raise TwintuneError(
                "MODEL_UNUSABLE",
                f"{file} can't be used: it has no tensor {wrong[0]!r} of {content.description.backbone}'s shape.",
                "Carry the run out again.",
            )


def _request_of(description: TrainedModelDescription, file: Path, device: str) -> RunRequest:
    """The request of a run that would build the model; what only matters to training is left empty."""
    kinds = {"imagenet": ImagenetWeights(), "random": RandomWeights(), "file": FileWeights(path=str(file))}
    return RunRequest(
        twintune="",
        framework=description.framework,
        seed=0,
        seeds=RunSeeds(init=0, order=0, augmentation=0, split=None),
        mode=description.mode,
        dataset=ImageFolder(
            train="",
            validation_fraction=0,
            test_fraction=0,
            image_size=description.input.size,
            resize=description.input.resize,
            on_corrupt="fail",
            cache_decoded="none",
        ),
        augmentation=Augmentation(horizontal_flip=0, vertical_flip=0, rotation=0, mixup=0, cutmix=0),
        model=Model(
            backbone=description.backbone,
            weights=kinds[description.weights],
            head=description.head,
        ),
        training=Training(
            batch_size=BATCH_SIZE,
            gradient_accumulation=1,
            label_smoothing=0,
            class_weights="none",
            sampler="shuffled",
            precision=description.precision,
            compile=False,
            phases=[],
            checkpoints=Checkpoints(every_epochs="auto", keep=0),
        ),
        device=device,
        deterministic=False,
        profile=False,
        keep_steps="none",
        keep_model=False,
        shorten=None,
        run_directory="",
        resume=False,
        cache_directory="",
        feature_cache=False,
        feature_cache_bytes=0,
        torch_python="",
    )
