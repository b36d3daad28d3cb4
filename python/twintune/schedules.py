"""Learning rates, step by step, computed once here and given to both frameworks."""

from __future__ import annotations

import math

from twintune.protocol import CosineSchedule, Phase


def learning_rates(phase: Phase, steps_per_epoch: int) -> list[float]:
    """The learning rate of every step of a phase.

    Args:
        phase: Gives the optimiser's rate, the schedule and the number of epochs.
        steps_per_epoch: Training steps in an epoch, at least 1.

    Returns:
        One rate a step. Warm-up is linear and reaches the full rate at its last step; the cosine
        (Loshchilov and Hutter 2017, without restarts) runs over the steps that are left.
    """
    peak = phase.optimizer.learning_rate
    total = phase.epochs * steps_per_epoch
    warmup = round(phase.schedule.warmup_epochs * steps_per_epoch)
    rates = []
    for step in range(total):
        if step < warmup:
            rates.append(peak * (step + 1) / warmup)
        elif isinstance(phase.schedule, CosineSchedule):
            final = phase.schedule.final_learning_rate
            progress = (step - warmup) / max(1, total - warmup)
            rates.append(final + (peak - final) * (1 + math.cos(math.pi * progress)) / 2)
        else:
            rates.append(peak)
    return rates
