"""RandAugment against torchvision's."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from pictures import numbers, photograph
from twintune.data.augmentation.rand_augment import TABLE, RandAugment

LEVELS = range(31)


@pytest.fixture(scope="module")
def theirs():
    from torchvision.transforms import v2

    return v2.RandAugment()


def their_magnitudes(theirs, name: str, width: int, height: int) -> list[float]:
    values = theirs._AUGMENTATION_SPACE[name][0](31, height, width)
    return [0.0] * 31 if values is None else [float(value) for value in values]


def test_the_table_has_torchvision_s_operations_in_its_order(theirs) -> None:
    assert [(row.name, row.signed) for row in TABLE] == [
        (name, signed) for name, (_, signed) in theirs._AUGMENTATION_SPACE.items()
    ]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_magnitudes_are_torchvision_s(theirs, row) -> None:
    for width, height in [(33, 33), (224, 224), (331, 97), (1024, 600)]:
        ours = [row.magnitude(level, (width, height)) for level in LEVELS]
        expected = their_magnitudes(theirs, row.name, width, height)
        # Exactly: a unit in the last place moves the threshold of Solarize past a brightness.
        assert ours == expected


# Holds the option augmentation.randAugment
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_operation_gives_torchvision_s_pixels_at_every_magnitude(theirs, row) -> None:
    for size in [(48, 40), (33, 33)]:
        image = photograph(*size)
        for level in LEVELS:
            for sign in (1, -1) if row.signed else (1,):
                expected = theirs._apply_image_or_video_transform(
                    image,
                    row.name,
                    sign * their_magnitudes(theirs, row.name, *size)[level],
                    interpolation=theirs.interpolation,
                    fill=theirs._fill,
                )
                ours = row.apply(image, sign * row.magnitude(level, size))
                assert np.array_equal(numbers(ours), numbers(expected)), (size, level, sign)


def test_each_operation_but_identity_changes_the_image_at_the_largest_magnitude() -> None:
    image = photograph()
    changed = {row.name for row in TABLE if row.apply(image, row.magnitude(30, image.size)) != image}
    assert changed == {row.name for row in TABLE} - {"Identity"}


def test_operations_and_signs_are_drawn_evenly(monkeypatch) -> None:
    drawn = []
    rows = [
        type(row)(
            row.name, row.magnitudes, row.signed, lambda image, m, name=row.name: drawn.append((name, m)) or image
        )
        for row in TABLE
    ]
    monkeypatch.setattr("twintune.data.augmentation.rand_augment.TABLE", tuple(rows))
    draw, image = np.random.default_rng(0), photograph()
    for _ in range(2000):
        assert RandAugment(operations=3, magnitude=9)(image, draw) is image
    counts = Counter(name for name, _ in drawn)
    assert sum(counts.values()) == 6000
    # 6000/14 = 429 each, with a standard deviation of 20.
    assert set(counts) == {row.name for row in TABLE}
    assert all(329 < count < 529 for count in counts.values())
    negative = sum(magnitude < 0 for name, magnitude in drawn if name == "ShearX")
    assert 0.35 < negative / counts["ShearX"] < 0.65
    assert all(magnitude == 7 for name, magnitude in drawn if name == "Posterize")
