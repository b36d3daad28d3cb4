"""A canary in keras-hub's loader, which `_recorded_ports` (engines/tensorflow/model.py) looks into while it runs.

The loader is no public interface of keras-hub. When it changes, these tests say in words what is no longer so, and what
of the product rests on it; everything else would only say that tensors are missing.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
from pathlib import Path

import pytest
from aligned_models import build_tensorflow, write_weights
from safetensors.numpy import load_file

pytestmark = pytest.mark.usefixtures("frameworks")

MODULE = "keras_hub.src.utils.transformers.safetensor_utils"
BACKBONE = "resnet18"


def broken(what: str) -> str:
    """The message: what broke, and where to mend it."""
    version = importlib.metadata.version("keras-hub")
    return (
        f"keras-hub {version} has changed: {what}. twintune learns there which Keras variable holds which of timm's"
        " tensors. See how the timm converters (keras_hub/src/utils/timm) hand over tensors now, and mend"
        " `_recorded_ports` in python/twintune/engines/tensorflow/model.py, or hold keras-hub back in"
        " requirements-tensorflow.txt."
    )


def loader_class() -> type:
    try:
        return importlib.import_module(MODULE).SafetensorLoader
    except (ImportError, AttributeError):
        pytest.fail(broken(f"there is no SafetensorLoader in {MODULE} any more"))


def test_the_timm_converters_read_tensors_by_the_loader_that_is_patched() -> None:
    preset_loader = importlib.import_module("keras_hub.src.utils.timm.preset_loader")
    used = getattr(preset_loader, "SafetensorLoader", None)
    assert used is loader_class(), broken(f"its timm preset loader no longer uses {MODULE}.SafetensorLoader")


def test_a_tensor_is_handed_over_with_its_variable_and_its_name() -> None:
    port_weight = getattr(loader_class(), "port_weight", None)
    assert port_weight is not None, broken("SafetensorLoader has no method port_weight any more")
    parameters = list(inspect.signature(port_weight).parameters)
    expected = ["self", "keras_variable", "hf_weight_key", "hook_fn"]
    assert parameters == expected, broken(f"port_weight takes ({', '.join(parameters)}), not ({', '.join(expected)})")
    assert hasattr(loader_class(), "get_tensor"), broken("SafetensorLoader has no method get_tensor any more")


def test_every_variable_of_a_backbone_is_handed_over_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, loader, handed_over = write_weights(BACKBONE, tmp_path), loader_class(), []
    port_weight = loader.port_weight

    def spy(self, keras_variable, hf_weight_key, hook_fn=None):
        handed_over.append((keras_variable.path, hf_weight_key))
        port_weight(self, keras_variable, hf_weight_key, hook_fn)

    monkeypatch.setattr(loader, "port_weight", spy)
    try:
        model = build_tensorflow(BACKBONE, file, "float32")
    except ValueError as error:
        pytest.fail(broken(f"a converter sets variables past port_weight, so that they aren't seen ({error})"))
    tensors, paths = load_file(file), [path for path, _ in handed_over]
    assert len(set(paths)) == len(paths), broken("a converter hands the same variable over more than once")
    unknown = {name for _, name in handed_over} - set(tensors)
    assert not unknown, broken(f"port_weight is given names that the file doesn't have: {sorted(unknown)[:3]}")
    live = model.backbone_tensors()
    assert live.keys() == tensors.keys(), broken("some of timm's tensors are handed over to no variable")
    other = [name for name, tensor in live.items() if (tensor != tensors[name]).any()]
    assert not other, broken(f"variables no longer hold the tensors that they were handed, such as {other[:3]}")
