"""The shares of a batch that replicas of one model train on, and the line that says how they trained together."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np

from twintune.engines.engine import StepInputs
from twintune.errors import TwintuneError
from twintune.protocol import ReplicaBatchNorm

TIMEOUT_SECONDS = 300.0
"""The seconds for which a replica waits for another one before the run fails."""

ALONE = "1 replica in every step"
"""The line that describes a model without replicas."""


def share_bounds(images: int, replicas: int) -> list[int]:
    """The bounds of the replicas' shares of a batch: replica r has the images from bound r to bound r + 1.

    The first replicas have one image more where a batch can't be split evenly, as in `numpy.array_split`.
    """
    size, left = divmod(images, replicas)
    return [replica * size + min(replica, left) for replica in range(replicas + 1)]


def share_of(step: StepInputs, replica: int, replicas: int) -> StepInputs:
    """The share of a step that one replica takes, in the order of the batch.

    The loss of a share is divided by the weight of the whole batch, so that the shares' losses and gradients add up to
    those of the batch, however unevenly it is split.

    Args:
        step: The step of the whole batch.
        replica: The replica's number, from 0.
        replicas: The number of replicas.
    """
    bounds = share_bounds(len(step.targets.labels), replicas)
    own = slice(bounds[replica], bounds[replica + 1])
    targets = dataclasses.replace(
        step.targets, labels=step.targets.labels[own], coefficients=step.targets.coefficients[own]
    )
    masks = tuple(np.ascontiguousarray(mask[own]) for mask in step.masks)
    return dataclasses.replace(step, inputs=np.ascontiguousarray(step.inputs[own]), targets=targets, masks=masks)


def describe_replicas(
    took_part: Collection[int], moments: Collection[ReplicaBatchNorm], digests: Collection[str]
) -> str:
    """Describes, in one line, the replicas that trained a phase.

    Args:
        took_part: The numbers of replicas whose losses and gradients were in a step, one for each kind of step.
        moments: The images whose moments BatchNorm layers took in the steps, one for each kind; none in inference mode.
        digests: The digest of each replica's trained parameters.

    Raises:
        TwintuneError: REPLICA_FAILED if the replicas' parameters aren't the same.
    """
    if len(set(digests)) > 1:
        raise TwintuneError(
            "REPLICA_FAILED",
            f"The {len(digests)} replicas of the model have trained apart: their parameters are no longer the same.",
            "Leave training.dataParallel out, and report this with the run's log.",
        )
    if not took_part:
        return "no step taken"
    counts = " or ".join(str(count) for count in sorted(took_part))
    if max(took_part) == 1:
        return ALONE
    words = {"local": "batch norm local to each replica", "synchronized": "batch norm synchronized"}
    batch_norm = " and ".join(words[kind] for kind in sorted(moments)) or "no batch norm in training mode"
    return f"{counts} replicas in every step, {batch_norm}, equal parameters on all"
