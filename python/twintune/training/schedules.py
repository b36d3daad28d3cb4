"""Learning-rate schedules, computed step by step here and given to both frameworks."""

from __future__ import annotations

import math

from twintune.protocol import ConstantSchedule, CosineSchedule, OneCycleSchedule, Phase, StepSchedule


def learning_rates(phase: Phase, steps_per_epoch: int) -> list[float]:
    """The learning rate of every optimiser step of a phase.

    Args:
        phase: The phase, which gives the optimiser's learning rate, the schedule and the number of epochs.
        steps_per_epoch: The number of optimiser steps in an epoch, at least 1.

    Returns:
        One learning rate for each step.
    """
    peak, schedule = phase.optimizer.learning_rate, phase.schedule
    total = phase.epochs * steps_per_epoch
    if isinstance(schedule, OneCycleSchedule):
        return _one_cycle(peak, schedule, total)
    warmup = round(schedule.warmup_epochs * steps_per_epoch)
    return [peak * (step + 1) / warmup for step in range(min(warmup, total))] + [
        _after_warmup(peak, schedule, step, total - warmup, steps_per_epoch) for step in range(total - warmup)
    ]


def _after_warmup(
    peak: float, schedule: ConstantSchedule | CosineSchedule | StepSchedule, step: int, total: int, epoch: int
) -> float:
    """The rate of a step counted from the end of the warm-up, which is linear and reaches the peak at its last step.

    The cosine is Loshchilov and Hutter's (2017) without restarts.
    """
    if isinstance(schedule, CosineSchedule):
        return _half_cosine(peak, schedule.final_learning_rate, step / total)
    if isinstance(schedule, StepSchedule):
        return peak * schedule.factor ** (step // max(1, round(schedule.every_epochs * epoch)))
    return peak


def _one_cycle(peak: float, schedule: OneCycleSchedule, total: int) -> list[float]:
    """Half a cosine up and half a cosine down (Smith and Topin 2018), step by step as `OneCycleLR` of PyTorch.

    The final divisor divides the peak, as fastai's does; PyTorch's divides the first rate. A rise of less than one step
    takes one step, at the first rate.
    """
    first, last = peak / schedule.start_divisor, peak / schedule.final_divisor
    rise = schedule.rise_fraction * total - 1
    fall = total - 1 - rise
    return [first] + [
        _half_cosine(first, peak, step / rise) if step <= rise else _half_cosine(peak, last, (step - rise) / fall)
        for step in range(1, total)
    ]


def _half_cosine(start: float, end: float, progress: float) -> float:
    """The value of half a cosine that goes from `start` at a progress of 0 to `end` at a progress of 1."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
