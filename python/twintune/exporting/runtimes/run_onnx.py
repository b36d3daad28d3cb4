"""Runs model.onnx in ONNX Runtime."""

import onnxruntime  # pyright: ignore[reportMissingImports]
from batches import FOLDER, run_batches

session = onnxruntime.InferenceSession(FOLDER / "model.onnx", providers=["CPUExecutionProvider"])
run_batches(lambda pixels: session.run(None, {"pixels": pixels})[0], f"onnxruntime {onnxruntime.__version__}")
