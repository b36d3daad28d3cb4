import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type VerifyEvent, verifyEventSchema } from '../../src/compare/verification.js'
import { reportLineSchema } from '../../src/lines/report.js'
import { rungNames } from '../../src/protocol/judge-rungs.js'
import { startTwintune, temporaryFolder, tinyExperiment, writePictures, writeSpec } from './rig.js'

const folder = temporaryFolder()
/** Where the command has its recordings. */
const temporary = temporaryFolder()
let spec: string

beforeAll(() => {
  writePictures(folder)
  spec = writeSpec(folder, tinyExperiment(folder))
})

/** Climbs the ladder of the first phase; what the command printed is held against its schema. */
async function verify(...options: readonly string[]) {
  const { exitCode, stdout, stderr } = await startTwintune(
    ['verify', spec, '--json', '--phase-only', ...options],
    folder,
    { TMPDIR: temporary },
  )
  return { exitCode, stderr, ...parseLines(stdout) }
}

/** Parts the lines of `--json` into the events and the report, which the last line names. */
function parseLines(stdout: string) {
  const lines = stdout.split('\n').map((line) => JSON.parse(line))
  const events = lines.slice(0, -1).map((line) => verifyEventSchema.parse(line))
  const { report } = reportLineSchema.parse(lines.at(-1))
  return { events, report, page: readFileSync(report, 'utf8') }
}

function finished(events: readonly VerifyEvent[]) {
  const last = events.at(-1)
  if (last?.type !== 'verify-finished') throw new Error('no verify-finished')
  return last
}

describe('verify on two engines that mean the same', () => {
  let ladder: Awaited<ReturnType<typeof verify>>
  beforeAll(async () => {
    ladder = await verify()
  })

  it('climbs every rung and ends with 0', () => {
    const { passed, rungs, rounding } = finished(ladder.events)
    expect(rungs.filter((rung) => !rung.passed)).toEqual([])
    expect(rounding.filter((rounded) => !rounded.passed)).toEqual([])
    expect(rungs.map(({ rung, trained, precision }) => [rung, trained, precision])).toEqual(
      rungNames.map((name) => [name, 'phase', 'float64']),
    )
    expect([passed, ladder.exitCode]).toEqual([true, 0])
  })

  it('finds figures of rounding, in float64 and in the precision of the experiment', () => {
    const { rungs, rounding } = finished(ladder.events)
    for (const { worst } of rungs) expect(worst).toBeLessThan(1e-12)
    expect(rungs.find(({ rung }) => rung === 'features')?.worst).toBeGreaterThan(0)
    for (const { rung, precision, judged, tensorflow } of rounding) {
      expect(precision).toBe('float32')
      // Two batches of eight images and three classes are too few logits to judge by.
      expect(judged).toBe(rung === 'features')
      // A frozen BatchNorm's statistics stay what they are.
      if (rung !== 'batch-norm') expect(tensorflow).toBeGreaterThan(1e-9)
    }
  })

  it('tells each rung as a line, and what it does to people', () => {
    const { rungs, rounding } = finished(ladder.events)
    expect(ladder.events.map(({ type }) => type)).toEqual([
      ...rungs.map(() => 'rung'),
      ...rounding.map(() => 'rounding'),
      'verify-finished',
    ])
    expect(ladder.stderr).toContain('TensorFlow, the first phase, in float32: building the model')
  })

  it('writes a report with the versions that it was computed with', () => {
    const { versions } = finished(ladder.events)
    expect(ladder.report).toBe(path.join(folder, 'runs', 'tiny-verify-first-phase.html'))
    expect(ladder.page).toContain('Every rung holds')
    expect(ladder.page).toContain(`tensorflow ${versions.tensorflow.tensorflow}`)
    expect(ladder.page).toContain(`torch ${versions.pytorch.torch}`)
  })

  it('leaves nothing else behind', () => {
    // PyTorch makes a folder of its own there.
    expect(readdirSync(temporary).filter((name) => name.startsWith('twintune-'))).toEqual([])
    expect(readdirSync(path.join(folder, 'runs'))).toEqual(['tiny-verify-first-phase.html'])
  })
})

describe('verify in idiomatic mode', () => {
  const idiomatic = ['--set', 'mode=idiomatic', '--set', 'model.backbone=mobilenet_v2']

  it('lists what the two libraries do not have alike, each with its effect, and ends with 0', async () => {
    const { exitCode, stdout, stderr } = await startTwintune(
      ['verify', spec, '--json', ...idiomatic],
      folder,
      { TMPDIR: temporary },
    )
    expect(exitCode, stderr).toBe(0)
    const { events, page } = parseLines(stdout)
    const { passed, rungs, differences, unexplained } = finished(events)
    expect(events.slice(0, -1)).toEqual(
      differences.map((difference) => ({ type: 'difference', ...difference })),
    )
    expect([passed, rungs, unexplained]).toEqual([true, [], null])
    expect(page).toContain(`differ in ${differences.length} ingredients`)
    const measured = differences.filter(({ effect }) => effect !== null).map(({ ingredient }) => ingredient)
    expect(measured).toEqual(
      expect.arrayContaining(['preprocessing', 'batch norm mode', 'head init', 'optimizer epsilon']),
    )
  })

  it.each([
    ['plants nothing', ['--perturb', 'weight'], 'PERTURBATION_WITHOUT_EFFECT'],
    ['has nothing to leave out', ['--phase-only'], 'SPEC_INVALID'],
  ])('%s', async (_, options, code) => {
    const { exitCode, stdout } = await startTwintune(
      ['verify', spec, '--json', ...options, ...idiomatic],
      folder,
    )
    expect(exitCode).toBe(2)
    expect(stdout).toContain(code)
  })
})
