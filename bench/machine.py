"""The machine and the versions that a figure was measured with."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import msgspec

from bench import ROOT

PACKAGES = ("tensorflow", "keras", "keras-hub", "torch", "torchvision", "timm", "numpy", "pillow", "grain")


class Machine(msgspec.Struct, frozen=True):
    """A machine: its processor, cores, memory and platform."""

    cpu: str
    cores: int
    """The number of cores that this process may use."""
    memory_gib: int = msgspec.field(name="memoryGiB")
    platform: str


def read_machine() -> Machine:
    """Reads the properties of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Machine(_cpu_model(), cores, round(memory / 2**30), f"{platform.system()} {platform.machine()}")


def read_versions() -> dict[str, str]:
    """Versions of twintune, Node, Python and the packages that a figure depends on."""
    package = json.loads((ROOT / "package.json").read_text())
    node = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {
        "twintune": package["version"],
        "node": node.strip().removeprefix("v"),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
    }


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
