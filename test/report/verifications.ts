import type { Verification } from '../../src/compare/verification.js'
import type { Rounding } from '../../src/protocol/judge-rounding.js'
import { type Rung, rungNames } from '../../src/protocol/judge-rungs.js'
import type { Trained } from '../../src/protocol/request-parts.js'

const equality: readonly Rung['rung'][] = ['pixels', 'weights', 'evaluation']

/** A rung that has passed, but for the changes. */
export function rungOf(rung: Rung['rung'], changes: Partial<Rung> = {}): Rung {
  const isEqual = equality.includes(rung)
  return {
    rung,
    trained: 'phase',
    precision: 'float64',
    passed: true,
    worst: isEqual ? 0 : 4.1e-15,
    bound: isEqual ? 0 : 1e-10,
    limit: isEqual ? 0 : 1e-10,
    where: isEqual
      ? null
      : 'layer4 (timm layer4, keras-hub stack3_block1_out), inference mode, [image 3, channel 17, 0, 0]',
    tensorflow: isEqual ? null : 0.25,
    pytorch: isEqual ? null : 0.25000000000000006,
    known: null,
    note: null,
    ...changes,
  }
}

/** A rounding that has passed, but for the changes. */
export function roundingOf(rung: Rounding['rung'], changes: Partial<Rounding> = {}): Rounding {
  return {
    rung,
    precision: 'float32',
    tensorflow: 4.1e-7,
    pytorch: 3.9e-7,
    passed: true,
    judged: true,
    ratio: 1.26,
    where: 'layer4, inference mode',
    ...changes,
  }
}

const versions = { tensorflow: { tensorflow: '2.21.0', keras: '3.12.0' }, pytorch: { torch: '2.10.0' } }

/** A ladder that holds, with the rungs given in place of those of the same name. */
export function verificationOf(...changed: readonly (Rung | Rounding)[]): Verification {
  const isRung = (judged: Rung | Rounding): judged is Rung => 'trained' in judged
  const changedRungs = changed.filter(isRung)
  const rungs = (['phase', 'all'] as const).flatMap((trained: Trained) =>
    rungNames.map(
      (name) =>
        changedRungs.find((rung) => rung.rung === name && rung.trained === trained) ??
        rungOf(name, { trained }),
    ),
  )
  const names = ['features', 'logits', 'loss', 'gradients', 'steps', 'batch-norm'] as const
  const rounding = names.map(
    (name) =>
      changed.filter((judged) => !isRung(judged)).find(({ rung }) => rung === name) ??
      roundingOf(name, { judged: name === 'features' || name === 'logits' }),
  ) as Rounding[]
  const passed = [...rungs, ...rounding].every((judged) => judged.passed)
  return { passed, rungs, rounding, shortRuns: [], differences: [], unexplained: null, versions }
}
