"""Runs model.onnx in ONNX Runtime."""

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingImports]
from batches import FOLDER, run_batches

session = onnxruntime.InferenceSession(FOLDER / "model.onnx", providers=["CPUExecutionProvider"])
run_batches(
    lambda pixels: np.asarray(session.run(None, {"pixels": pixels})[0]), f"onnxruntime {onnxruntime.__version__}"
)
