"""The context of a run, which its parts share."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from twintune.data.dataset import Splits
from twintune.data.targets import TargetEncoder
from twintune.engines.engine import Engine
from twintune.protocol import RunRequest
from twintune.record.kept_steps import StepKeeper
from twintune.record.reporter import Reporter
from twintune.record.run_record import RunRecord
from twintune.record.run_state import Position
from twintune.training.inputs import Inputs


@dataclass
class RunContext:
    """The context of one run: its request, its parts, and how far it has come."""

    request: RunRequest
    report: Reporter
    record: RunRecord
    splits: Splits
    targets: TargetEncoder
    engine: Engine
    inputs: Inputs
    position: Position = field(default_factory=Position)
    keeper: StepKeeper | None = None
    """The keeper of steps that the other framework is to take afterwards; None for a run that keeps none."""

    @property
    def batches(self) -> int:
        """The number of batches in an epoch, the last one short or not."""
        return math.ceil(len(self.splits.train) / self.request.training.batch_size)
