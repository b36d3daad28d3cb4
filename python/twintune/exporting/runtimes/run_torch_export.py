"""Runs model.pt2 in PyTorch."""

import torch
from batches import FOLDER, run_batches

model = torch.export.load(FOLDER / "model.pt2").module()
with torch.inference_mode():
    run_batches(lambda pixels: model(torch.from_numpy(pixels)).numpy(), f"torch {torch.__version__}")
