"""The settings of the executor `ray`, which the process of a driver finds in its environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "TWINTUNE_RAY"
"""The variable with the settings as JSON, which `src/run/executors/ray.ts` writes."""


@dataclass(frozen=True)
class ClusterSettings:
    """The cluster, and the resources that one place takes there."""

    address: str | None
    """The cluster's address, as `host:port` or `ray://host:port`; None starts a cluster on this machine."""
    cpus: float
    """The processors of a place."""
    gpus: float
    """The GPUs of a place; a fraction shares one."""
    memory_bytes: int | None
    """The memory that a place asks its node for, in bytes; None asks for none."""


def read_settings(environment: Mapping[str, str] = os.environ) -> ClusterSettings:
    """Reads the settings from the environment."""
    found = json.loads(environment[VARIABLE])
    return ClusterSettings(found["address"], found["cpus"], found["gpus"], found["memoryBytes"])
