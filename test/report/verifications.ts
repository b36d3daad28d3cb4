import type { ShortRunRow, Verification } from '../../src/compare/verification.js'
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
    errors: null,
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

/** A ladder that breaks at the features, in the gradients with a known difference, and without a number in the steps. */
export function brokenVerification(where: string): Verification {
  return verificationOf(
    rungOf('features', { passed: false, worst: 3.1e-7, where, trained: 'all' }),
    rungOf('gradients', { limit: 5.9e-11, bound: 2e-10, trained: 'all', known: 'a known difference' }),
    rungOf('steps', { passed: false, worst: null, note: 'Not judged: step 9 and 1 more.', trained: 'all' }),
    roundingOf('logits', { passed: false, ratio: 1204, pytorch: 4.9e-4 }),
    roundingOf('batch-norm', { judged: false, tensorflow: 0, pytorch: 0, ratio: 0 }),
  )
}

/** Rows of two short runs, one of which did different work. */
export function shortRunRows(evidence: string): ShortRunRow[] {
  return [
    { precision: 'float64', ingredient: 'images', state: 'identical', evidence },
    { precision: 'float32', ingredient: 'updates', state: 'different', evidence: `${evidence} again` },
  ]
}

/** What differs in idiomatic mode: measured and not, large, tiny and without effect. */
export function differencesOf(note: string): Verification {
  const sides = { tensorflow: `of TensorFlow ${note}`, pytorch: 'of PyTorch', note }
  const differences = [
    { ...sides, ingredient: 'weights', effect: null, effectOn: null },
    { ...sides, ingredient: 'batch norm epsilon', effect: 9.47e-6, effectOn: 'logits' as const },
    { ...sides, ingredient: 'optimizer epsilon', effect: 10.2, effectOn: 'first update' as const },
    { ...sides, ingredient: 'batch norm mode', effect: 0, effectOn: 'running statistics' as const },
  ]
  return { ...verificationOf(), rungs: [], rounding: [], differences, unexplained: 1.5e-15 }
}
