"""The base of every message, and the words that many messages use."""

from __future__ import annotations

from typing import Literal

import msgspec

Framework = Literal["tensorflow", "pytorch"]

Mode = Literal["aligned", "idiomatic"]

SplitName = Literal["train", "validation", "test"]

ExportFormat = Literal["safetensors", "keras", "saved-model", "onnx", "torch-export"]

Precision = Literal["float64", "float32", "bfloat16", "float16"]


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A JSON object with camelCase keys."""
