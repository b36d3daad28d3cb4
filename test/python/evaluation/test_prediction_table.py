"""The table beside the logits of a test, as pandas and a spreadsheet read it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from twintune.data.dataset import Split
from twintune.evaluation.prediction_table import find_other_columns, save_prediction_table

LOGITS = np.log([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.5, 0.3, 0.2]])


class Pictures:
    """A data set of pictures with given names."""

    classes = ("cat", "dog", "owl")

    def __init__(self, names: list[str]) -> None:
        self.identities = names
        self.labels = np.arange(len(names)) % 3

    def describe(self, index: int) -> str:
        return f"/photos/{index}"


def table_of(folder: Path, names: list[str], classes: tuple[str, ...] = Pictures.classes) -> pd.DataFrame:
    # The images of the split are the data set's in another order.
    split = Split(Pictures(names), np.arange(len(names))[::-1])
    save_prediction_table(LOGITS[: len(names)], split, list(classes), folder / "predictions.csv")
    return pd.read_csv(folder / "predictions.csv", dtype={"image": str})


def test_a_row_says_which_image_it_is_of_and_what_was_predicted(tmp_path: Path) -> None:
    table = table_of(tmp_path, ["a.png", "b.png", "c.png"])
    assert table.to_dict("list") == {
        "row": [0, 1, 2],
        "image": ["c.png", "b.png", "a.png"],
        "path": ["/photos/2", "/photos/1", "/photos/0"],
        "label": ["owl", "dog", "cat"],
        "predicted": ["cat", "owl", "cat"],
        "probability": table["probability"].tolist(),
    }
    assert np.allclose(table["probability"], [0.7, 0.8, 0.5])


def test_names_with_commas_quotes_and_breaks_stay_whole(tmp_path: Path) -> None:
    names = ['a,"b".png', "two\nlines\r\n.png", "\udcff.png"]
    assert table_of(tmp_path, names)["image"].tolist() == ["\\xff.png", "two\nlines\r\n.png", 'a,"b".png']


def test_a_name_that_a_spreadsheet_would_compute_is_text_and_a_number_stays_one(tmp_path: Path) -> None:
    table = table_of(tmp_path, ["=1+1", "-1", "@x"], ("+cmd|' /C calc'!A0", "-1", "+2.5"))
    assert table["image"].tolist() == ["'@x", "-1", "'=1+1"]
    assert table["label"].tolist() == ["+2.5", "-1", "'+cmd|' /C calc'!A0"]


def test_equal_predictions_make_equal_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        table_of(folder, ["a.png", "b.png"])
    assert (first / "predictions.csv").read_bytes() == (second / "predictions.csv").read_bytes()


NAMES = ["=a.png", 'b,"\r\n".png', "c.png"]
CELLS: tuple[Split, list[str]] = (Split(Pictures(NAMES), np.arange(3)[::-1]), [*Pictures.classes])
"""The images of a table, and their classes."""


def test_a_table_is_alike_what_it_was_written_from_but_for_the_last_digits(tmp_path: Path) -> None:
    table_of(tmp_path, NAMES)
    assert find_other_columns(tmp_path / "predictions.csv", LOGITS * (1 + 1e-15), *CELLS) == []


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("row", "2"),
        ("image", "b.png"),
        ("path", "/photos/0"),
        ("label", "cat"),
        ("predicted", "dog"),
        ("probability", "0.71"),
    ],
)
def test_a_column_that_says_something_else_is_named(tmp_path: Path, column: str, cell: str) -> None:
    table, file = table_of(tmp_path, NAMES).astype(str), tmp_path / "predictions.csv"
    table.loc[0, column] = cell
    table.to_csv(file, index=False)
    assert find_other_columns(file, LOGITS, *CELLS) == [column]


def test_a_table_of_fewer_images_is_found_out(tmp_path: Path) -> None:
    table_of(tmp_path, NAMES).iloc[:2].to_csv(tmp_path / "predictions.csv", index=False)
    assert find_other_columns(tmp_path / "predictions.csv", LOGITS, *CELLS) == ["rows"]


def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "predictions.csv").write_text("image,label\na.png,cat\n")
    with pytest.raises(ValueError, match="other columns"):
        find_other_columns(tmp_path / "predictions.csv", LOGITS, *CELLS)
