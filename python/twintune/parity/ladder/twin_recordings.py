"""The recordings of the two engines, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twintune.parity.ladder.differences import Pair
from twintune.parity.ladder.recording_file import RUNGS, Recording, RecordingHeader, load_recording
from twintune.protocol import RungName


@dataclass(frozen=True)
class TwinRecordings:
    """The recordings of both engines on the same batches."""

    tensorflow: Recording
    pytorch: Recording

    @classmethod
    def load(cls, tensorflow: str, pytorch: str) -> TwinRecordings:
        """Opens the two files."""
        return cls(load_recording(Path(tensorflow)), load_recording(Path(pytorch)))

    @property
    def rungs(self) -> tuple[RungName, ...]:
        """The rungs that both recordings reach, from the bottom up."""
        last = min(RUNGS.index(recording.header.last_rung) for recording in (self.tensorflow, self.pytorch))
        return RUNGS[: last + 1]

    def names(self, group: str) -> list[str]:
        """The names, without `group/`, of the tensors of a group that either engine has, in PyTorch's order."""
        return list(dict.fromkeys(self.pytorch.names(group) + self.tensorflow.names(group)))

    def both(self, name: str) -> tuple[np.ndarray | None, np.ndarray | None]:
        """TensorFlow's and PyTorch's tensor of one name; None for an engine that has none."""
        return self.tensorflow.tensors.get(name), self.pytorch.tensors.get(name)

    def pair(self, name: str, bound: float, scale: float | None = None, axes: tuple[str, ...] = ()) -> Pair:
        """The pair of both engines' tensors of one name, to be compared."""
        return Pair(self.place_of(name), *self.both(name), bound=bound, scale=scale, axes=axes)

    def place_of(self, name: str) -> str:
        """Describes a tensor for people.

        Args:
            name: The tensor's name in a recording.

        Returns:
            `stem (timm act1, keras-hub conv1_relu), training mode` for a stage's output, `training mode` for logits and
            losses, and the tensor's own name in both libraries for gradients and the like.
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
    """The library's name of a tensor, or of its layer if the tensor has none of its own."""
    return header.library_names.get(name) or header.library_names.get(name.rpartition(".")[0])
