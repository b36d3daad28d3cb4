"""Processors' seconds that one further image costs before any framework sees it, and the bytes of its features.

    .venv/bin/python -m bench.per_image # a minute on two cores .venv/bin/python -m bench.per_image --images 64 # to
    try it out, in seconds

The parts are those that a run calls: opening the data (listing, hashing of every file, division), decoding to the size
of the backbone, hashing of the pixels and of the order of an epoch. Nothing is recorded, since there is no reference.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench.experiment import make_specification
from bench.images import prepare_material
from bench.pairs import fresh_folder, say
from bench.requests import make_request

FLOAT_BYTES = 4


def main() -> None:
    """Measures the parts and prints them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=512, help="in all, a sixteenth of them for the test (512)")
    parser.add_argument("--size", type=int, default=224, help="height and width in pixels (224)")
    options = parser.parse_args()
    tell_feature_bytes()
    measure(options.images, options.size)


def tell_feature_bytes() -> None:
    """Prints the bytes of an image's pooled features, by backbone."""
    from twintune.backbones import backbone_table

    by_width: dict[int, list[str]] = defaultdict(list)
    for name, entry in backbone_table().items():
        by_width[entry.features].append(name)
    for width, names in sorted(by_width.items()):
        say(f"{width * FLOAT_BYTES} bytes: {', '.join(names)}")


def measure(images: int, size: int) -> None:
    """Prints the processors' milliseconds an image of each part."""
    from twintune.backbones import find_backbone
    from twintune.data.dataset import Splits
    from twintune.data.loader import SharedLoader
    from twintune.data.sampling import epoch_order
    from twintune.data.splits import open_splits
    from twintune.digests import ChainedDigest, RowsDigest

    with fresh_folder() as name:
        request = make_request(make_specification(prepare_material(images), size, 32), "pytorch", Path(name))
        training, model = request.training, request.model

        def open_data() -> Splits:
            return open_splits(request.dataset, request.seeds.split, request.cache_directory, lambda *_: None)

        say_cost("opening the data for the first time", images, open_data)
        say_cost("opening the data again", images, open_data)
        splits = open_data()
        preprocessing = find_backbone(model.backbone).preprocessing_of(model.weights)
        loader = SharedLoader(
            request.seeds,
            training.batch_size,
            size,
            preprocessing,
            "float32",
            request.augmentation,
            request.dataset.resize,
            training.sampler,
        )
        batches = []
        say_cost(
            "decoding and resizing", len(splits.train), lambda: batches.extend(loader.ordered_batches(splits.train))
        )
        pixels, chain, labels = RowsDigest(), ChainedDigest(), splits.train.labels
        say_cost("hashing the pixels", len(labels), lambda: [pixels.add(batch.inputs) for batch in batches])

        def hash_order() -> None:
            for epoch in range(100):
                chain.add(epoch_order(training.sampler, labels, 0, epoch))

        say_cost("shuffling and hashing the order of an epoch", 100 * len(labels), hash_order)


def say_cost(part: str, count: int, work: Callable[[], object]) -> None:
    """Prints a part's processors' milliseconds an image, over `count` images."""
    start = time.process_time()
    work()
    say(f"{part}: {1000 * (time.process_time() - start) / count:.4f} ms an image")


if __name__ == "__main__":
    main()
