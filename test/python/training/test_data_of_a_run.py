"""What a run makes of images that can't be decoded, and what each mode's own pipeline makes of odd ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reports import Reports
from twintune.data.splits import open_splits
from twintune.errors import TwintuneError
from twintune.training.loop import run

pytestmark = pytest.mark.usefixtures("frameworks")


@pytest.fixture
def copy(pictures: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pictures, tmp_path / "pictures")


@pytest.fixture
def dataset(copy: Path) -> dict:
    return {"train": str(copy / "train"), "test": str(copy / "test")}


def idiomatic_pipeline(framework: str):
    """Only its decoding is looked at, so colours stay as they are."""
    if framework == "tensorflow":
        from twintune.engines.tensorflow.idiomatic_pipeline import IdiomaticPipeline

        return IdiomaticPipeline(seed=0, batch_size=8, image_size=32, preprocess=lambda images: images)
    from torchvision.transforms import InterpolationMode
    from twintune.engines.pytorch.idiomatic_pipeline import IdiomaticPipeline

    return IdiomaticPipeline(
        seed=0,
        batch_size=8,
        image_size=32,
        interpolation=InterpolationMode.BILINEAR,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    )


def test_a_run_that_skips_says_which_images_and_lists_them_in_its_folder(make_request, copy, dataset) -> None:
    bad = [copy / "train" / "class1" / "3.png", copy / "test" / "class0" / "1.png"]
    for file in bad:
        file.write_bytes(b"not a picture")
    request = make_request("pytorch", dataset={**dataset, "onCorrupt": "skip"})
    reports = Reports()
    result = run(request, reports.append)
    assert result.status == "finished"
    (warning,) = [report["message"] for report in reports.of("warning")]
    listed = (Path(request.run_directory) / "skipped-images.txt").read_text()
    for file in bad:
        assert str(file) in warning
        assert f"{file}: its content is no AVIF, BMP, GIF, JPEG, PNG, PPM, TIFF or WEBP image\n" in listed
    (evaluated,) = reports.of("evaluation")
    assert evaluated["count"] == 11


def test_a_run_tells_how_far_the_check_is(make_request, dataset) -> None:
    reports = Reports()
    (Path(dataset["train"]) / "class1" / "3.png").write_bytes(b"not a picture")
    with pytest.raises(TwintuneError, match=r"class1/3\.png can't be decoded"):
        run(make_request("pytorch", dataset=dataset), reports.append)
    assert reports[-1] == {"type": "stage", "stage": "data", "done": 48, "total": 48}


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_an_image_that_goes_bad_is_named_in_idiomatic_mode_too(
    make_request, copy, dataset, cache: Path, framework: str
) -> None:
    request = make_request(framework, dataset=dataset)
    train = open_splits(request.dataset, None, str(cache), lambda done, total: None).train
    position = next(p for p in range(len(train)) if train.identity(p).startswith("class1/"))
    (copy / "train" / train.identity(position)).write_bytes(b"not a picture")
    with pytest.raises(TwintuneError, match=train.identity(position)) as caught:
        list(idiomatic_pipeline(framework).ordered_batches(train))
    assert caught.value.code == "IMAGE_CORRUPT"


@pytest.mark.parametrize("framework", ["tensorflow", "pytorch"])
def test_an_image_decodes_alike_in_idiomatic_mode(make_request, copy, dataset, cache: Path, framework: str) -> None:
    """A plain 16-bit ramp and its 8-bit twin: whatever a pipeline does after decoding, the two stay equal."""
    ramp = np.linspace(0, 65535, 32 * 32).astype(np.uint16).reshape(32, 32)
    Image.fromarray(ramp).save(copy / "test" / "class0" / "a.png")
    eight = Image.fromarray((ramp >> 8).astype(np.uint8)).convert("RGB")
    eight.save(copy / "test" / "class0" / "b.webp", lossless=True)
    request = make_request(framework, dataset=dataset)
    test = open_splits(request.dataset, None, str(cache), lambda done, total: None).test
    batches = list(idiomatic_pipeline(framework).ordered_batches(test))
    inputs = np.concatenate([np.asarray(batch.inputs) for batch in batches])
    positions = {test.identity(position): position for position in range(len(test))}
    assert np.array_equal(inputs[positions["class0/a.png"]], inputs[positions["class0/b.webp"]])
