"""Prints how far apart the two engines are in float64, backbone by backbone; the tests hold the bounds.

Names of backbones may follow; without them all are measured.
"""

from __future__ import annotations

import sys
import time

from parity import EVEN, compute_pytorch, compute_tensorflow, furthest, pixels, relative, twins
from twintune.backbones import backbone_table
from twintune.engines import import_framework


def main() -> None:
    """Builds each backbone in both frameworks and compares features, stages and gradients in both BatchNorm modes."""
    import_framework("tensorflow")
    import_framework("pytorch")
    print(f"{'backbone':22} {'BatchNorm':10} features  stages    gradients  seconds")
    for name in sys.argv[1:] or backbone_table():
        with twins(name, "float64") as (first, second):
            images = pixels("float64", EVEN)
            for mode in ("inference", "train"):
                start = time.monotonic()
                ours = compute_tensorflow(first, name, images, mode)
                theirs = compute_pytorch(second, name, images, mode)
                features = relative(ours.features, theirs.features)
                stages, gradients = furthest(ours.stages, theirs.stages), furthest(ours.gradients, theirs.gradients)
                seconds = time.monotonic() - start
                print(
                    f"{name:22} {mode:10} {features:.1e}   {stages[0]:.1e}   {gradients[0]:.1e}    {seconds:.0f}"
                    f"   {gradients[1]}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
