import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import {
  comparisonOf,
  eventsOf,
  runTwintune,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  waitForEvent,
  writePictures,
  writeSpec,
} from './rig.js'
import { compareWarm } from './warm.js'

const folder = temporaryFolder()

beforeAll(() => writePictures(folder))

const experiment = (name: string) =>
  tinyExperiment(folder, {
    name,
    // Keras takes seconds to start and to begin: test/python/training/test_resume.py has it interrupted and resumed.
    frameworks: ['pytorch'],
    deterministic: true,
    training: {
      batchSize: 8,
      phases: [{ epochs: 2 }, { epochs: 4, trainable: { lastStages: 1 }, schedule: { name: 'cosine' } }],
      earlyStopping: { patience: 4 },
      ema: { decay: 0.9 },
      checkpoints: { everyEpochs: 1 },
    },
  })

it('a comparison that was killed in an epoch is resumed to the same bits as one that was not', async () => {
  const whole = await compareWarm(experiment('whole'), folder)

  const killed = startTwintune(['compare', writeSpec(folder, experiment('killed')), '--json'], folder)
  let comparisonDirectory = ''
  await waitForEvent(killed, (event) => {
    if (event.type === 'comparison-started') comparisonDirectory = event.comparisonDirectory
    return event.type === 'epoch' && event.framework === 'pytorch' && event.phase === 2 && event.epoch === 1
  })
  killed.kill('SIGKILL')
  await killed
  const listed = await startTwintune(['list'], folder)
  expect(listed.stdout).toContain(`dist/main.js resume ${path.basename(comparisonDirectory)}`)

  const resumed = await runTwintune(['resume', 'latest'], folder)
  expect(resumed.exitCode).toBe(0)
  expect(eventsOf(resumed.events, 'run-started').map(({ framework }) => framework)).toEqual(['pytorch'])
  expect(eventsOf(resumed.events, 'run-resumed')).toMatchObject([{ phase: 2 }])

  const [expected, actual] = [comparisonOf(whole), comparisonOf(resumed.events)]
  expect(actual.status).toBe('finished')
  const reached = (comparison: typeof actual) =>
    comparison.runs.map(({ framework, test, firstStepLoss, facts }) => ({
      framework,
      test,
      firstStepLoss,
      // The second comparison finds the features of the first one, which shows in no number, and a process that begins
      // after an epoch hasn't seen how that epoch was left.
      facts: facts && {
        ...facts,
        phases: facts.phases.map(({ features: _, continuity: _seen, ...phase }) => phase),
      },
    }))
  expect(reached(actual)).toEqual(reached(expected))
  const [{ comparisonDirectory: wholeDirectory } = { comparisonDirectory: '' }] = eventsOf(
    whole,
    'comparison-started',
  )
  expect(hashOfModel(comparisonDirectory, 'pytorch')).toBe(hashOfModel(wholeDirectory, 'pytorch'))

  const once = await startTwintune(['resume', 'latest'], folder)
  expect(once.exitCode).toBe(0)
  expect(once.stderr).toContain('is finished: there is nothing to resume.')
})

function hashOfModel(comparisonDirectory: string, framework: string): string {
  const file = path.join(comparisonDirectory, `${framework}-seed0`, 'model', 'model.safetensors')
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
