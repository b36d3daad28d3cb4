"""What a part adds to a step is put into words, and a figure into a line of JSON."""

from __future__ import annotations

import json

import pytest

from bench.on_device import describe_overlap, tell


@pytest.mark.parametrize(
    ("both", "words"),
    [(10.1, "hidden by"), (12, "in part hidden"), (14, "not hidden"), (9.9, "hidden by"), (15, "not hidden")],
)
def test_overlap_is_what_is_missing_of_the_sum(both: float, words: str) -> None:
    assert describe_overlap(alone=4, step=10, both=both).startswith(words)


def test_a_figure_is_a_line_that_names_its_group_unit_and_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    tell("Feeding the device", "loader alone", 1234.5, "images/s", "JPEG files of 500×375")
    assert json.loads(capsys.readouterr().out) == {
        "type": "measured",
        "group": "Feeding the device",
        "figure": "loader alone",
        "value": 1234.5,
        "unit": "images/s",
        "note": "JPEG files of 500×375",
    }
