"""The lines of docs/predict.md that load a trained model without twintune give twintune's logits."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from twintune.data.splits import open_splits
from twintune.model.model_file import model_file_of
from twintune.trained.loading import load_trained_model
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")

PAGE = Path(__file__).parents[3] / "docs" / "predict.md"
MODEL = {
    "backbone": "efficientnet_lite0",
    "weights": {"kind": "random"},
    "head": {"hidden": [8], "activation": "relu", "dropout": 0.0},
}


@pytest.mark.parametrize("library", ["timm", pytest.param("keras_hub", marks=pytest.mark.slow)])
def test_the_lines_give_the_logits_of_the_run_s_model(make_request, library: str) -> None:
    request = make_request("pytorch", model=MODEL)
    run(request, lambda report: None)
    folder = model_file_of(Path(request.run_directory)).parent
    model = load_trained_model(model_file_of(Path(request.run_directory)), "cpu")
    images = open_splits(request.dataset, None, request.cache_directory, lambda done, total: None).test
    (pixels,) = [batch.inputs for batch in model.engine.pipeline.ordered_batches(images)]
    assert np.allclose(lines_about(library, folder)(pixels), model.logits(images), rtol=1e-4, atol=1e-5)


def lines_about(library: str, folder: Path):
    """The function of the page's block that imports a library, from normalised pixels to logits."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (block,) = [block for block in blocks if re.search(rf"^import .*\b{library}\b", block, re.MULTILINE)]
    names: dict = {}
    exec(block.replace("runs/NAME/pytorch-seed0/model", str(folder)), names)
    if library == "keras_hub":
        return lambda pixels: np.asarray(names["logits"](pixels))
    import torch

    with torch.inference_mode():
        return lambda pixels: names["logits"](torch.from_numpy(pixels).permute(0, 3, 1, 2)).detach().numpy()
