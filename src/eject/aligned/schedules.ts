import type { PlannedPhase, ScriptPlan } from '../plan.js'
import { call, joinBlocks, literal, py } from '../python-text.js'

/** Writes the functions that the phases' learning rates come from, one for each kind of schedule. */
export function schedulesSection({ phases }: ScriptPlan): string {
  const kinds = new Set(phases.map(({ phase }) => phase.schedule.name))
  const needsWarmup = phases.some(warmsUp)
  return joinBlocks(
    needsWarmup &&
      py`
        def warm_up(peak: float, steps: int) -> list[float]:
            """Learning rates that rise from 0 in even steps, and reach the peak with the last one."""
            return [peak * (step + 1) / steps for step in range(steps)]`,
    (kinds.has('cosine') || kinds.has('oneCycle')) &&
      py`
        def half_cosine(start: float, end: float, progress: float) -> float:
            """The value of half a cosine from start to end, at a progress from 0 to 1."""
            return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2`,
    kinds.has('oneCycle') &&
      py`
        def one_cycle(peak: float, first: float, last: float, rise_fraction: float, steps: int) -> list[float]:
            """Learning rates of half a cosine up and half a cosine down, as PyTorch's OneCycleLR has them."""
            rise = rise_fraction * steps - 1
            fall = steps - 1 - rise
            return [first] + [
                half_cosine(first, peak, step / rise) if step <= rise else half_cosine(peak, last, (step - rise) / fall)
                for step in range(1, steps)
            ]`,
  )
}

/** Writes the lines that compute the learning rates of a phase's steps, as `rates`. */
export function ratesOf({ phase, prefix }: PlannedPhase): string {
  const { schedule } = phase
  const peak = `${prefix}LEARNING_RATE`
  const total = `${prefix}EPOCHS * STEPS_PER_EPOCH`
  if (schedule.name === 'oneCycle') {
    const first = `${peak} / ${literal(schedule.startDivisor)}`
    const last = `${peak} / ${literal(schedule.finalDivisor)}`
    return call('rates = one_cycle(', [peak, first, last, literal(schedule.riseFraction), total])
  }
  const isWarmed = warmsUp({ phase })
  const after = {
    constant: () => `[${peak}] * ${isWarmed ? 'steps' : `(${total})`}`,
    cosine: () =>
      `[half_cosine(${peak}, ${literal('finalLearningRate' in schedule ? schedule.finalLearningRate : 0)}, step / steps) for step in range(steps)]`,
    step: () => {
      if (schedule.name !== 'step') return ''
      return `[${peak} * ${literal(schedule.factor)} ** (step // drop_every) for step in range(steps)]`
    },
  }[schedule.name]()
  return py`
    ${isWarmed && `warmup = round(${prefix}WARMUP_EPOCHS * STEPS_PER_EPOCH)`}
    ${(isWarmed || schedule.name !== 'constant') && `steps = ${total}${isWarmed ? ' - warmup' : ''}`}
    ${schedule.name === 'step' && `drop_every = max(1, round(${literal(schedule.everyEpochs)} * STEPS_PER_EPOCH))`}
    ${isWarmed && `rates = warm_up(${peak}, warmup)`}
    rates ${isWarmed ? '+=' : '='} ${after}`
}

function warmsUp({ phase: { schedule } }: Pick<PlannedPhase, 'phase'>): boolean {
  return schedule.name !== 'oneCycle' && schedule.warmupEpochs > 0
}

/** Whether a phase's learning rate changes from step to step. */
export function hasSchedule({ phases }: ScriptPlan): boolean {
  return phases.some((planned) => planned.phase.schedule.name !== 'constant' || warmsUp(planned))
}
