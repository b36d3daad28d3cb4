"""Looks at the state of a run where nothing may have changed it: from phase to phase, and from checkpoint to engine."""

from __future__ import annotations

import numpy as np

from twintune.engines.engine import FeatureEngine
from twintune.model.phases import keeps_backbone
from twintune.protocol import StateCheck
from twintune.record.checkpoints import Checkpoint
from twintune.record.state_watch import StateWatch, first_changed, first_not_empty, first_not_loaded
from twintune.training.context import RunContext


class Continuity:
    """The look at one run, which begins when its model is built."""

    def __init__(self, run: RunContext) -> None:
        """Remembers the weights that the run begins with."""
        self._run = run
        self._watch = StateWatch()
        self.leave_phase()

    def leave_phase(self) -> None:
        """Remembers the weights that a phase ends with."""
        self._watch.leave(self._weights())

    def check_start(self) -> StateCheck:
        """Compares the weights of a phase that has begun with those that were left; its optimiser must be empty."""
        engine, changed = self._run.engine, self._watch.changed(self._weights())
        if changed is None and isinstance(engine, FeatureEngine):
            # Keras' own optimiser, which idiomatic mode uses, has its learning rate among its variables.
            changed = first_not_empty(engine.state(backbone=False))
        return StateCheck(at="at its start", changed=changed)

    def check_loaded(self, checkpoint: Checkpoint) -> StateCheck:
        """Compares the engine's state with the checkpoint that it has loaded, and with the state that was left."""
        position = self._run.position
        state = self._run.engine.state(backbone=position.backbone_moved)
        at = f"when it was resumed in epoch {position.epoch + 1}"
        changed = first_not_loaded(checkpoint.tensors, state) or first_changed(checkpoint.state.live, state)
        return StateCheck(at=at, changed=changed)

    def _weights(self) -> dict[str, np.ndarray]:
        """The live weights that some phase trains: the head's, and the backbone's if any does."""
        engine, phases = self._run.engine, self._run.request.training.phases
        is_frozen = isinstance(engine, FeatureEngine) and all(keeps_backbone(phase) for phase in phases)
        return {**({} if is_frozen else engine.backbone_tensors()), **engine.head_tensors()}
