import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { sweepEventSchema } from '../../src/sweep/events.js'
import { sweepRecordSchema } from '../../src/sweep/record.js'
import { ending, eventsOf, experiment, temporary } from './rig.js'

describe('a grid', async () => {
  const events = await eventsOf(experiment(), { bad: 999 })
  const { sweep, sweepDirectory } = ending(events)

  it('tries the specification as it stands and every combination, the same in both frameworks', () => {
    const values = (framework: string) =>
      sweep.trials
        .filter((trial) => trial.framework === framework)
        .map((trial) => Object.values(trial.values))
    const combinations = [[], [1e-4, 32], [1e-4, 64], [1e-2, 32], [1e-2, 64]]
    expect(values('tensorflow')).toEqual(combinations)
    expect(values('pytorch')).toEqual(combinations)
  })

  it('finds the best of each framework and of both by the validation, the earliest of several alike', () => {
    expect(sweep.best).toEqual([
      { framework: 'tensorflow', trial: 3 },
      { framework: 'pytorch', trial: 3 },
    ])
    expect(sweep.winner).toBe(3)
    expect(sweep.status).toBe('finished')
  })

  it('adds up what it has cost', () => {
    expect(sweep.budget).toMatchObject([
      { framework: 'tensorflow', planned: 5, finished: 5, failed: 0, epochs: 15 },
      { framework: 'pytorch', planned: 5, finished: 5, failed: 0, epochs: 15 },
    ])
  })

  it('keeps nothing of the test in its folder, and nothing of a run but its record', () => {
    const trial = path.join(sweepDirectory, 'trials', '003', 'pytorch')
    expect(readdirSync(trial)).toEqual(['trial.json'])
    const texts = ['events.jsonl', 'sweep.json', path.join('trials', '003', 'pytorch', 'trial.json')].map(
      (file) => readFileSync(path.join(sweepDirectory, file), 'utf8'),
    )
    for (const text of texts) expect(text).not.toMatch(/"test"|"evaluation"/)
  })

  it('keeps in its folder what it has told', () => {
    const lines = readFileSync(path.join(sweepDirectory, 'events.jsonl'), 'utf8').trim().split('\n')
    expect(lines.map((line) => sweepEventSchema.parse(JSON.parse(line)))).toEqual(events)
    const kept = sweepRecordSchema.parse(
      JSON.parse(readFileSync(path.join(sweepDirectory, 'sweep.json'), 'utf8')),
    )
    expect(kept).toEqual(sweep)
  })
})

it('failures of trials are counted, and the rest goes on', async () => {
  const { sweep } = ending(await eventsOf(experiment(), { bad: 64 }))
  expect(sweep.status).toBe('finished')
  expect(sweep.budget).toMatchObject([
    { finished: 3, failed: 2 },
    { finished: 3, failed: 2 },
  ])
  const failed = sweep.trials.filter(({ status }) => status === 'failed')
  expect(failed.map(({ trial }) => trial)).toEqual([2, 2, 4, 4])
  expect(failed[0]?.failure?.message).toContain('told to fail')
})

it('a search that can not begin leaves no folder', async () => {
  const runsDirectory = path.join(temporary, 'never-begun')
  const subject = experiment({ strategy: 'optuna', trials: 2 })
  const sweeping = eventsOf(subject, {}, { runsDirectory, storage: 'nonsense' })
  await expect(sweeping).rejects.toMatchObject({ failure: { code: 'SPEC_INVALID' } })
  expect(existsSync(runsDirectory) && readdirSync(runsDirectory)).toEqual([])
})

it('values that do not fit each other cost their trial alone', async () => {
  const parameters = {
    'model.head.hidden': { choice: [[], [8]] },
    'model.head.dropout': { choice: [0, 0.5] },
  }
  const { sweep } = ending(await eventsOf(experiment({ parameters }, { frameworks: ['pytorch'] })))
  const [refused] = sweep.trials.filter(({ status }) => status === 'failed')
  expect(refused).toMatchObject({ trial: 2, failure: { code: 'SPEC_INVALID' } })
  expect(sweep.budget).toMatchObject([{ finished: 4, failed: 1 }])
})

describe('a random search', () => {
  const parameters = {
    'training.phases[0].optimizer.learningRate': { logUniform: [1e-4, 1e-1] as [number, number] },
  }

  it('tries the same values in both frameworks, and others where each is searched by itself', async () => {
    const search = async (kind: 'paired' | 'independent') => {
      const subject = experiment({ parameters, strategy: 'random', trials: 3, search: kind })
      const { sweep } = ending(await eventsOf(subject))
      const of = (name: string) =>
        sweep.trials
          .filter(({ framework, trial }) => framework === name && trial > 0)
          .map(({ values }) => values)
      return { tensorflow: of('tensorflow'), pytorch: of('pytorch'), winner: sweep.winner }
    }
    const paired = await search('paired')
    expect(paired.pytorch).toEqual(paired.tensorflow)
    expect(paired.winner).not.toBe(null)
    const independent = await search('independent')
    expect(independent.pytorch).not.toEqual(independent.tensorflow)
    expect(independent.winner).toBe(null)
  })
})
