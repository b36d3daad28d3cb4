import { beforeAll, expect, it } from 'vitest'
import { verifyEventSchema } from '../../src/compare/verification.js'
import {
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'

const folder = temporaryFolder()

beforeAll(() => writePictures(folder))

it('verify carries out short runs of all phases, and finds that both frameworks did the same in each', async () => {
  const spec = writeSpec(folder, tinyExperiment(folder))

  const { exitCode, stdout, stderr } = await startTwintune(['verify', spec, '--json', '--no-report'], folder)

  const events = stdout.split('\n').map((line) => verifyEventSchema.parse(JSON.parse(line)))
  const last = events.at(-1)
  if (last?.type !== 'verify-finished') throw new Error(`no verify-finished\n${stderr}`)
  const rows = [
    'first step',
    'images',
    'updates',
    'features',
    'continuity',
    'replayed steps',
    'cross-evaluation',
    'stopping',
  ]
  expect(last.shortRuns.map(({ precision, ingredient }) => `${precision} ${ingredient}`)).toEqual(
    ['float64', 'float32'].flatMap((precision) => rows.map((row) => `${precision} ${row}`)),
  )
  expect(last.shortRuns.filter(({ state }) => state === 'different')).toEqual([])
  expect([last.passed, exitCode]).toEqual([true, 0])
  expect(stderr).toContain('both frameworks: a short run of all phases, in float64')
})

it('verify climbs the ladder of two devices in each framework', async () => {
  const experiment = tinyExperiment(folder)
  const phases = [{ epochs: 1 }, { epochs: 1, trainable: { lastStages: 1 }, batchNorm: 'train' as const }]
  const spec = writeSpec(folder, { ...experiment, training: { ...experiment.training, phases } })

  const { exitCode, stdout } = await startTwintune(
    ['verify', spec, '--json', '--no-report', '--devices', '2'],
    folder,
  )

  const events = stdout.split('\n').map((line) => verifyEventSchema.parse(JSON.parse(line)))
  const last = events.at(-1)
  if (last?.type !== 'verify-finished') throw new Error('no verify-finished')
  expect(last.rungs.filter((rung) => !rung.passed)).toEqual([])
  expect(last.shortRuns.filter(({ state }) => state === 'different')).toEqual([])
  expect([last.passed, exitCode]).toEqual([true, 0])
})

it('verify ends with 4 where a difference is planted on one side, and names the rung that it is on', async () => {
  const spec = writeSpec(folder, tinyExperiment(folder))
  const planted = ['--perturb', 'adam-epsilon', '--set', 'training.precision=float64']

  const { exitCode, stdout } = await startTwintune(
    ['verify', spec, '--json', '--no-report', '--phase-only', ...planted],
    folder,
  )

  const last = stdout
    .split('\n')
    .map((line) => verifyEventSchema.parse(JSON.parse(line)))
    .at(-1)
  if (last?.type !== 'verify-finished') throw new Error('no verify-finished')
  expect([exitCode, last.passed, last.rounding]).toEqual([4, false, []])
  expect(last.rungs.find((rung) => !rung.passed)).toMatchObject({
    rung: 'optimizer',
    where: expect.stringContaining('head.'),
  })
})
