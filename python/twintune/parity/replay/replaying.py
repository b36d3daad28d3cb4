"""A replay of one training step: this engine takes, from the same state, the step that the other framework took.

`twintune.parity.replay.step_batches` gives its batches the plain way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twintune.engines.engine import FeatureEngine
from twintune.engines.probe import ProbedEngine
from twintune.model.precision import array_dtype
from twintune.model.tolerances import NOT_COMPARABLE, TOLERANCES
from twintune.parity.ladder.moved_pixels import by_last_places
from twintune.parity.replay.differences import (
    SENSITIVITY,
    Moves,
    State,
    compare_directions,
    compare_lengths,
    compare_states,
    norm_of_difference,
    norm_of_update,
    worst_of,
)
from twintune.parity.replay.gradients import find_directions, norm_of_head_gradients, recover_gradients
from twintune.parity.replay.step_batches import Move, PlainBatches, StepBatches, compare_inputs
from twintune.protocol import Phase, ReplayedStep, RmsProp, Sgd, TensorDifference
from twintune.record.kept_steps import KeptStep, KeptStepFiles
from twintune.training.context import RunContext
from twintune.training.groups import GroupTrainer
from twintune.training.schedules import learning_rates

_OPTIMIZER = ("optimizer.", "ema.")
_SKIPPED_STEPS = "loss_scaling.skipped_steps"
_LOOSE = 0.3
"""The bound, as a share of a tensor's change, beyond which its comparison says little."""
_MOVES = range(2)
"""The draws of the moves by which the engine's own sensitivity is measured."""
_MORE_MOVES = range(2, 12)
"""The draws of further moves, where a tensor differs by more than the first ones explain.

A value next to the kink of an activation may lie on either side of it in the two engines. A move takes it across in one
case of two, so that the first moves miss it in one case of four, and all of them in one of four thousand.
"""


@dataclass(frozen=True)
class _Taken:
    """A step as this engine has taken it."""

    losses: list[float]
    right: int
    """The number of right answers."""
    batches: list[np.ndarray]
    """The inputs of each batch."""
    after: dict[str, np.ndarray]


class Replayer:
    """Takes kept steps of the other framework's run, in their order."""

    def __init__(self, run: RunContext) -> None:
        self._run = run
        assert isinstance(run.engine, FeatureEngine) and isinstance(run.engine, ProbedEngine)
        self._engine = run.engine
        request = run.request
        self._batches = StepBatches(run)
        self._phase: tuple[int, int] | None = None
        self._tolerances = TOLERANCES[request.training.precision]

    def take_in_float64(self, files: KeptStepFiles) -> None:
        """Takes a step of this framework's own run again, by an engine that was built in float64, and keeps it."""
        before = files.before()
        self._enter(files.step, before)
        own = self._snapshot()
        # The judged run's features are no features of float64.
        taken = self._take(files.step, self._batches.plain(files.step, []), lambda inputs: inputs)
        files.keep_in_float64(
            taken.losses, taken.right, taken.batches if files.step.first_stage > 0 else [], taken.after
        )
        self._restore(own)

    def replay(self, files: KeptStepFiles) -> ReplayedStep:
        """Takes a step and compares what came out with the state that the judged run had after it."""
        step, before = files.step, files.before()
        self._enter(step, before)
        own, kept = self._snapshot(), files.inputs()
        plain = self._batches.plain(step, kept)
        taken = self._take(step, plain, lambda inputs: inputs)
        moved = self._measure_moves(step, plain, own, taken, _MOVES)
        after = files.after()
        names = {**taken.after, **after}
        if isinstance(self._phase_of(step).optimizer, Sgd):
            # PyTorch's SGD counts no steps.
            names.pop("optimizer.step", None)
        # This engine counts each time that it takes the step.
        names.pop(_SKIPPED_STEPS, None)
        given = self._compare_optimizers(step, own, after)
        # Where a gradient is nothing but rounding, its sign is chance, and Adam's first step is its sign. So weights
        # are held to the gradients that the judged run had, wherever these can be known.
        judged = {difference.tensor for difference in given if not difference.tensor.startswith("optimizer.")}
        directions = find_directions(self._phase_of(step).optimizer, names)
        own_way = [name for name in names if name not in judged and name not in directions]

        def compare(moved: Moves) -> list[TensorDifference]:
            tolerance, ours = self._tolerances.update, taken.after
            tensors = compare_states(own_way, own, after, ours, moved.norms, tolerance)
            return [*tensors, *self._compare_head_gradients(step, own, after, ours, moved)]

        differences = compare(moved)
        if any(difference.difference > difference.bound for difference in differences):
            moved = moved.larger_of(self._measure_moves(step, plain, own, taken, _MORE_MOVES))
            differences = compare(moved)
        differences += compare_directions(directions, own, after, taken.after, moved.norms)
        loose = sum(difference.bound > _LOOSE for difference in differences)
        differences += [*given, *self._check_count(step, before)]
        self._restore(own)
        return ReplayedStep(
            phase=step.place.phase,
            epoch=step.place.epoch,
            step=step.place.step,
            losses=(_mean(step.losses), _mean(taken.losses)),
            loss_bound=max(self._tolerances.loss * max(1.0, _mean(taken.losses)), SENSITIVITY * moved.loss),
            right=(step.right, taken.right),
            right_bound=math.ceil(self._tolerances.logits * sum(len(batch) for batch in taken.batches)),
            updates=(norm_of_update(own, after), norm_of_update(own, taken.after)),
            inputs=plain.difference if plain.difference is not None else compare_inputs(kept, taken.batches),
            inputs_bound=self._tolerances.inputs,
            worst=worst_of(differences),
            tensors=len(names),
            loose=loose,
        )

    def _enter(self, step: KeptStep, before: State) -> None:
        """Gives the engine the state before the step.

        A phase begins with this engine's own optimiser and average: what the judged run should have left behind in the
        phase before it would not be noticed otherwise.
        """
        key = step.place.phase, step.first_stage
        weights = {name: tensor for name, tensor in before.items() if not name.startswith(_OPTIMIZER)}
        is_first = (step.place.epoch, step.place.step) == (1, 1)
        if key != self._phase:
            self._run.position.backbone_moved |= any(not name.startswith("head.") for name in weights)
            if step.place.phase > 1:
                if self._phase is None:
                    # Only a phase that has begun takes a state.
                    self._engine.start_phase(self._phase_of(step), step.first_stage)
                # A phase's average begins with the weights that the phase before has left.
                self._engine.load_state(weights)
            self._engine.start_phase(self._phase_of(step), step.first_stage)
            self._phase = key
        self._engine.probe().clear_optimizer()
        self._engine.load_state(weights if is_first else before)

    def _take(self, step: KeptStep, plain: PlainBatches, move: Move) -> _Taken:
        group = self._batches.mixed(step, plain.group, move)
        train = GroupTrainer(self._engine, self._run.request, self._run.targets, step.steps_done)
        outcomes = train.outcomes(group, self._rate(step))
        losses, right = [outcome.loss for outcome in outcomes], sum(outcome.correct for outcome in outcomes)
        return _Taken(losses, right, [np.asarray(batch.inputs) for batch, _ in group], self._snapshot())

    def _measure_moves(
        self, step: KeptStep, plain: PlainBatches, own: State, taken: _Taken, draws: Iterable[int]
    ) -> Moves:
        """Measures what moving the inputs by last places changes: the largest of the draws."""
        largest = Moves(dict.fromkeys(taken.after, 0.0), 0.0, 0.0)
        plain_norm = self._norm_of_head_gradients(step, own, taken.after) or 0.0
        for draw in draws:
            self._restore(own)
            move = by_last_places(self._tolerances.moves, self._run.request.framework, draw)
            moved = self._take(step, plain, move)
            norms = {name: norm_of_difference(moved.after[name], tensor) for name, tensor in taken.after.items()}
            moved_norm = self._norm_of_head_gradients(step, own, moved.after) or 0.0
            loss = abs(_mean(moved.losses) - _mean(taken.losses))
            largest = largest.larger_of(Moves(norms, loss, abs(moved_norm - plain_norm)))
        return largest

    def _norm_of_head_gradients(self, step: KeptStep, own: State, after: State) -> float | None:
        if self._tolerances.head_gradient is None or _skipped(after) > _skipped(own):
            return None
        return norm_of_head_gradients(self._run.request, self._phase_of(step), own, {**own, **after})

    def _compare_head_gradients(
        self, step: KeptStep, own: State, theirs: State, ours: State, moved: Moves
    ) -> list[TensorDifference]:
        """Holds the sizes of the gradients against each other, of which each says little in half precision."""
        tolerance = self._tolerances.head_gradient
        one, other = (self._norm_of_head_gradients(step, own, after) for after in (theirs, ours))
        if one is None or other is None or tolerance is None:
            return []
        return [compare_lengths("the head", one, other, moved.head_gradient, tolerance)]

    def _compare_optimizers(self, step: KeptStep, own: State, after: State) -> list[TensorDifference]:
        """Has this engine's optimiser take the step with the gradients of the judged run."""
        if _skipped(after) > _skipped(own):
            # Loss scaling left the step out, and the buffers hold no gradient of it.
            return []
        phase = self._phase_of(step)
        # A state holds the backbone once it was trained.
        gradients = recover_gradients(self._run.request, phase, own, {**own, **after})
        if gradients is None:
            return []
        self._restore(own)
        dtype = array_dtype(self._run.request.training.precision)
        given = {name: gradient.astype(dtype) for name, gradient in gradients.items()}
        self._engine.probe().take_optimizer_step(given, self._rate(step), clips=False)
        ours = self._snapshot()
        names = [name for name in ours if name.removeprefix("ema.") in gradients]
        if isinstance(phase.optimizer, RmsProp):
            # A gradient that another rule made of the buffers has other squares.
            names += [name for name in ours if name.startswith("optimizer.") and name != "optimizer.step"]
        return compare_states(names, own, after, ours, {}, self._tolerances.optimizer)

    def _check_count(self, step: KeptStep, before: State) -> list[TensorDifference]:
        """Holds the optimiser's own count of its steps against those that the phase has taken before this one."""
        taken = (step.place.epoch - 1) * self._steps_of_epoch + step.place.step - 1
        count = before.get("optimizer.step")
        is_scaled = any(name.startswith("loss_scaling.") for name in before)
        if count is None or taken == 0 or is_scaled or isinstance(self._phase_of(step).optimizer, Sgd):
            return []
        name = "the optimiser's count of steps before the step"
        difference = abs(float(count[0]) - taken)
        return [TensorDifference(tensor=name, difference=difference, bound=0.5, measure="count")]

    def _phase_of(self, step: KeptStep) -> Phase:
        return self._run.request.training.phases[step.place.phase - 1]

    def _rate(self, step: KeptStep) -> float:
        steps = self._steps_of_epoch
        return learning_rates(self._phase_of(step), steps)[(step.place.epoch - 1) * steps + step.place.step - 1]

    @property
    def _steps_of_epoch(self) -> int:
        return math.ceil(self._run.batches / self._run.request.training.gradient_accumulation)

    def _snapshot(self) -> dict[str, np.ndarray]:
        state = self._engine.state(backbone=self._run.position.backbone_moved)
        # PyTorch's arrays are the live tensors' own memory.
        return {name: np.array(tensor) for name, tensor in state.items()}

    def _restore(self, state: State) -> None:
        self._engine.probe().clear_optimizer()
        self._engine.load_state(state)


def _skipped(state: State) -> int:
    return int(state.get(_SKIPPED_STEPS, 0))


def _mean(losses: Sequence[float]) -> float:
    mean = float(np.mean(losses))
    # No JSON has what isn't finite.
    return mean if math.isfinite(mean) else NOT_COMPARABLE
