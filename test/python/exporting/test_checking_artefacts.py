"""An artefact that answers otherwise than the run fails the export, but for ties within rounding."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from twintune.errors import TwintuneError
from twintune.exporting import checking
from twintune.exporting.checking import Check, KeptTest, check_artefact
from twintune.exporting.formats import check_packages, check_precision
from twintune.protocol import Mode

LOGITS = np.array([[4.0, 1.0, 0.0], [0.0, 3.0, 1.0], [2.0, 1.99999, 0.0]], np.float32)


def check(outputs: np.ndarray, monkeypatch: pytest.MonkeyPatch, mode: Mode = "aligned") -> Check:
    monkeypatch.setattr(checking, "_run", lambda *arguments: (outputs, "a runtime 1.0"))
    split: Any = SimpleNamespace(labels=np.array([0, 1, 0]), describe=lambda position: f"image {position}")
    test = KeptTest(split, ["cat", "dog", "bird"], LOGITS, "logits", mode, "float32", Path("pixels.npy"))
    return check_artefact(test, "onnx", Path(), "onnx", "python")


def test_the_metrics_are_the_artefact_s_own(monkeypatch) -> None:
    outputs = LOGITS + np.float32(1e-5)
    found = check(outputs, monkeypatch)
    assert found.metrics.accuracy == 1
    assert found.difference == pytest.approx(1e-5 / 4, rel=0.1)
    assert found.ties == []


def test_another_class_fails_the_export(monkeypatch) -> None:
    with pytest.raises(TwintuneError, match="1 of 3 test images for another class") as raised:
        check(np.array([[1.0, 4.0, 0.0], *LOGITS[1:]], np.float32), monkeypatch)
    assert raised.value.code == "EXPORT_DISAGREES"
    assert "image 0: dog instead of cat" in raised.value.message


def test_a_tie_within_rounding_is_listed(monkeypatch) -> None:
    outputs = LOGITS.copy()
    outputs[2, 1] = 2.00001
    [tie] = check(outputs, monkeypatch).ties
    assert (tie.image, tie.run, tie.artefact, tie.label) == ("image 2", "cat", "dog", "cat")
    assert tie.gap == pytest.approx(1e-5 / 4, rel=0.1)


@pytest.mark.parametrize(("mode", "factor"), [("aligned", 1.001), ("idiomatic", 1.1)])
def test_other_numbers_fail_the_export_though_the_classes_are_the_same(mode, factor, monkeypatch) -> None:
    with pytest.raises(TwintuneError, match="its outputs differ") as raised:
        check(LOGITS * np.float32(factor), monkeypatch, mode)
    assert raised.value.code == "EXPORT_DISAGREES"


def test_idiomatic_mode_may_have_rounded_more_on_a_gpu(monkeypatch) -> None:
    assert check(LOGITS * np.float32(1.001), monkeypatch, "idiomatic").difference == pytest.approx(1e-3, rel=0.1)


def test_numbers_that_are_not_finite_fail_the_export(monkeypatch) -> None:
    outputs = LOGITS.copy()
    outputs[1, 1] = np.nan
    with pytest.raises(TwintuneError, match="not finite") as raised:
        check(outputs, monkeypatch)
    assert raised.value.code == "EXPORT_DISAGREES"


def test_outputs_of_another_shape_fail_the_export(monkeypatch) -> None:
    with pytest.raises(TwintuneError, match=r"gives \[3, 2\] numbers .* gave \[3, 3\]"):
        check(LOGITS[:, :2], monkeypatch)


def test_missing_packages_are_asked_for_by_name(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TwintuneError, match="needs onnx, onnxruntime and onnxscript") as raised:
        check_packages("pytorch", ["safetensors", "onnx"])
    assert raised.value.code == "PACKAGE_MISSING"
    assert "requirements-export.txt" in (raised.value.hint or "")


def test_formats_of_the_framework_itself_need_no_other_package(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    check_packages("tensorflow", ["keras", "saved-model", "safetensors"])


@pytest.mark.parametrize(("precision", "formats"), [("bfloat16", ["keras"]), ("float64", ["keras", "onnx"])])
def test_a_precision_in_which_the_artefact_would_not_compute_is_refused(precision, formats) -> None:
    with pytest.raises(TwintuneError) as raised:
        check_precision(precision, formats)
    assert raised.value.code == "PRECISION_UNAVAILABLE"


def test_float64_is_exported_to_other_formats() -> None:
    check_precision("float64", ["keras", "safetensors"])
