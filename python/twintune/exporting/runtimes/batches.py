"""The part that all these programs share: they are run as PROGRAM FOLDER PIXELS.npy OUTPUTS.npy.

Each program runs an artefact in its own runtime, in a Python that doesn't import twintune.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1])
"""The folder of the export."""
PREPROCESSING = json.loads((FOLDER / "preprocessing.json").read_text(encoding="utf-8"))

_BATCH_SIZE = 32


def run_batches(predict: Callable[[np.ndarray], np.ndarray], runtime: str) -> None:
    """Runs all pixels through an artefact, writes the outputs, and prints which runtime it was.

    Args:
        predict: The function that takes a batch of pixels and gives its outputs, [images, classes].
        runtime: The runtime's name and version.
    """
    pixels = np.load(sys.argv[2], mmap_mode="r")
    dtype = PREPROCESSING["input"]["dtype"]
    # The batches have different sizes, since an artefact takes any.
    starts = range(0, len(pixels), _BATCH_SIZE)
    outputs = [np.asarray(predict(pixels[start : start + _BATCH_SIZE].astype(dtype))) for start in starts]
    np.save(sys.argv[3], np.concatenate(outputs))
    print(json.dumps({"runtime": runtime, "importsTwintune": "twintune" in sys.modules}))
