"""The recordings of the two engines, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twintune.parity.ladder.differences import Pair
from twintune.parity.ladder.recording_file import Recording, RecordingHeader, load_recording


@dataclass(frozen=True)
class TwinRecordings:
    """What both engines computed on the same batches."""

    tensorflow: Recording
    pytorch: Recording

    @classmethod
    def load(cls, tensorflow: str, pytorch: str) -> TwinRecordings:
        """Opens the two files."""
        return cls(load_recording(Path(tensorflow)), load_recording(Path(pytorch)))

    def names(self, group: str) -> list[str]:
        """The names of the tensors under `group/` that either has, without it, in PyTorch's order."""
        return list(dict.fromkeys(self.pytorch.names(group) + self.tensorflow.names(group)))

    def both(self, name: str) -> tuple[np.ndarray | None, np.ndarray | None]:
        """A tensor of TensorFlow's and of PyTorch's."""
        return self.tensorflow.tensors.get(name), self.pytorch.tensors.get(name)

    def pair(self, name: str, bound: float, scale: float | None = None, axes: tuple[str, ...] = ()) -> Pair:
        """A tensor of both, to be compared."""
        return Pair(self.place_of(name), *self.both(name), bound=bound, scale=scale, axes=axes)

    def place_of(self, name: str) -> str:
        """What a tensor is, for people.

        Args:
            name: Its name in a recording.

        Returns:
            `stem (timm act1, keras-hub conv1_relu), training mode` for a stage's output, `training mode` for logits and
            losses, and the tensor's own name in both libraries for what is of a tensor.
        """
        group, *rest = name.split("/")
        if group in ("logits", "loss"):
            return f"{rest[0]} mode"
        if group == "features":
            return f"{self._in_both_libraries(rest[1])}, {rest[0]} mode"
        return self._in_both_libraries(rest[0]) if rest else name

    def _in_both_libraries(self, name: str) -> str:
        libraries = ("PyTorch", "Keras") if name.startswith("head.") else ("timm", "keras-hub")
        headers = (self.pytorch.header, self.tensorflow.header)
        names = [
            f"{library} {theirs}"
            for library, header in zip(libraries, headers, strict=True)
            if (theirs := _library_name(header, name)) is not None
        ]
        return f"{name} ({', '.join(names)})" if names else name


def _library_name(header: RecordingHeader, name: str) -> str | None:
    """Of a tensor that has none of its own, its layer's."""
    return header.library_names.get(name) or header.library_names.get(name.rpartition(".")[0])
