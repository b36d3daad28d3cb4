"""The catalog of faults, one file for each room of the product."""

from faults.catalog import (
    accumulation,
    averages,
    batch_norm,
    checkpoints,
    data,
    dropout,
    evaluation,
    features,
    library,
    loss,
    momentum,
    optimizer,
    precision,
    schedule,
)
from faults.fault import Fault

ROOMS = [
    optimizer,
    momentum,
    schedule,
    accumulation,
    averages,
    loss,
    dropout,
    batch_norm,
    features,
    evaluation,
    checkpoints,
    data,
    precision,
    library,
]
"""The modules of the catalog, each with its `FAULTS`."""

CATALOG: dict[str, Fault] = {fault.id: fault for room in ROOMS for fault in room.FAULTS}
"""All faults by their ids, in the order of the page."""
