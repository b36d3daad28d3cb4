"""Colour jitter against torchvision's."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import numbers, photograph
from twintune.data.augmentation import color
from twintune.data.augmentation.color import ColorJitter


# Holds the option augmentation.colorJitter
@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
@pytest.mark.parametrize("factor", [0.0, 0.37, 1.0, 1.9])
def test_a_factor_gives_torchvision_s_pixels(name: str, factor: float) -> None:
    from torchvision.transforms import functional

    ours = getattr(color, f"adjust_{name}")(photograph(), factor)
    expected = getattr(functional, f"adjust_{name}")(photograph(), factor)
    assert np.array_equal(numbers(ours), numbers(expected))


@pytest.mark.parametrize("turns", [-0.5, -0.31, -0.001, 0.0, 0.01, 0.26, 0.5])
def test_a_turn_of_the_hue_gives_torchvision_s_pixels(turns: float) -> None:
    from torchvision.transforms import functional

    assert np.array_equal(
        numbers(color.adjust_hue(photograph(), turns)), numbers(functional.adjust_hue(photograph(), turns))
    )


def factors(jitter: ColorJitter, monkeypatch, draws: int) -> list[list[tuple[str, float]]]:
    """The changes and their factors, in order, in each of some draws."""
    applied: list[tuple[str, float]] = []
    for name in ("brightness", "contrast", "saturation", "hue"):
        monkeypatch.setattr(
            color, f"adjust_{name}", lambda image, amount, name=name: applied.append((name, amount)) or image
        )
    draw, image, all_applied = np.random.default_rng(1), photograph(), []
    for _ in range(draws):
        applied.clear()
        jitter(image, draw)
        all_applied.append(list(applied))
    return all_applied


def test_factors_fill_torchvision_s_ranges(monkeypatch) -> None:
    from torchvision.transforms import ColorJitter as Theirs

    strengths = {"brightness": 0.4, "contrast": 1.5, "saturation": 0.2, "hue": 0.1}
    theirs = Theirs(**strengths)
    seen = factors(ColorJitter(**strengths), monkeypatch, 1000)
    for name in strengths:
        smallest, largest = getattr(theirs, name)
        amounts = [dict(applied)[name] for applied in seen]
        assert smallest <= min(amounts) < smallest + 0.02 * (largest - smallest)
        assert largest - 0.02 * (largest - smallest) < max(amounts) <= largest


def test_the_four_come_in_every_order(monkeypatch) -> None:
    seen = factors(ColorJitter(0.4, 0.4, 0.4, 0.1), monkeypatch, 1000)
    assert len({tuple(name for name, _ in applied) for applied in seen}) == 24


def test_a_strength_of_zero_leaves_its_change_out(monkeypatch) -> None:
    seen = factors(ColorJitter(0.0, 0.4, 0.0, 0.1), monkeypatch, 50)
    assert {name for applied in seen for name, _ in applied} == {"contrast", "hue"}
    assert ColorJitter(0, 0, 0, 0)(photograph(), np.random.default_rng(0)) == photograph()
