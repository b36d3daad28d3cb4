"""Keras' side of an idiomatic pair: its description, and its results on the first batch."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from twintune.engines.tensorflow.model import building_in
from twintune.parity.idiomatic.first_batch import first_batch
from twintune.parity.idiomatic.reference_file import save_reference
from twintune.parity.idiomatic.tensorflow.description import batch_logits, batch_loss, describe_idiomatic
from twintune.parity.tensor_groups import under
from twintune.protocol import DescribeIdiomaticRequest, DescribeIdiomaticResult, Emit
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.training.preparation import prepare


def describe_first_batch(request: DescribeIdiomaticRequest, emit: Emit) -> DescribeIdiomaticResult:
    """Builds Keras' side in float64, describes it, and writes its results on the first batch.

    Args:
        request: The complete request; nothing is filled in here.
        emit: A function that takes a progress report, and raises `Cancelled` when the work should stop.

    Raises:
        TwintuneError: If the data, the weights or the device can't be used.
    """
    with building_in("float64"):
        run = prepare(request.run, Reporter(emit), RunRecord(request.run))
        engine: Any = run.engine
        engine.start_phase(request.run.training.phases[0], first_stage=0)
        description = describe_idiomatic(engine, request.run)
        pipeline = engine.pipeline
        batch = first_batch(run, pipeline, request.images)
        resized = first_batch(run, dataclasses.replace(pipeline, preprocess=lambda image: image), request.images)
        # The tensors are copied before the batch, which may change running statistics.
        tensors = {
            name: tensor.copy()
            for name, tensor in (
                under("backbone", engine.backbone_tensors()) | under("head", engine.head_tensors())
            ).items()
        }
        tensors["pixels"] = np.asarray(batch.inputs, np.float64)
        tensors["resized"] = np.asarray(resized.inputs, np.float64)
        logits = batch_logits(engine, tensors["pixels"])
        tensors["logits"] = np.asarray(logits)
        tensors["loss"] = np.array([batch_loss(engine, logits, batch.labels)])
    save_reference(tensors, Path(request.reference))
    return DescribeIdiomaticResult(description)
