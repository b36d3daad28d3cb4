import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { renderSweepPage } from '../../src/page/sweep-page.js'
import { gainSentences } from '../../src/report/sweep-words.js'
import { eventStream } from '../../src/run/event-stream.js'
import type { SweepEvent } from '../../src/sweep/events.js'
import { findComparisonOrSweep } from '../../src/sweep/find.js'
import { summarizeFolders } from '../../src/sweep/listing.js'
import { resumeSweep } from '../../src/sweep/resume-sweep.js'
import { ending, eventsOf, experiment, ofType, optionsOf, temporary } from './rig.js'

it('the best is compared with the specification as it stands over seeds that no trial has seen', async () => {
  const log = path.join(temporary, 'final.log')
  const { sweep, sweepDirectory } = ending(await eventsOf(experiment(), { log }, { final: true }))
  const { final } = sweep
  expect(final?.seeds).toEqual([2, 3])
  expect(final?.comparisons.map(({ role, trial, frameworks }) => [role, trial, frameworks])).toEqual([
    ['best', 3, ['tensorflow', 'pytorch']],
    ['default', 0, ['tensorflow', 'pytorch']],
  ])
  const runs = path.join(temporary, 'runs')
  const { kind } = await findComparisonOrSweep(path.basename(sweepDirectory), runs)
  expect(kind).toBe('sweep')
  const listed = await summarizeFolders(runs)
  const finals = listed.filter(
    (each) => each.kind === 'comparison' && each.sweep === path.basename(sweepDirectory),
  )
  expect(finals.map(({ path: folder }) => folder).toSorted()).toEqual(
    final?.comparisons.map(({ comparisonDirectory }) => comparisonDirectory).toSorted(),
  )
  // The fixture's test is 1 minus the validation: the best of the validation is worse, and is chosen all the same.
  expect(final?.gains.map(({ difference }) => difference?.mean)).toEqual([
    expect.closeTo(-0.1),
    expect.closeTo(-0.1),
  ])
  expect(final?.gains.map(({ verdict }) => verdict)).toEqual(['undecided', 'undecided'])
  expect(gainSentences(sweep)[0]).toContain('do not beat the specification as it stands')
  const onePair = final?.gains.map((gain) => ({
    ...gain,
    difference: gain.difference && { ...gain.difference, pairs: 1 },
  }))
  const withFailures = { ...sweep, final: final && { ...final, gains: onePair ?? [] } }
  expect(gainSentences(withFailures)[0]).toContain('noise of 1 fresh seed of 2, since the others failed')
  expect(renderSweepPage(sweep, 'searching-sweep')).toContain('Are the best settings better?')
  const trained = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(new Set(trained.slice(0, 10).map(([, seed]) => seed))).toEqual(new Set([0]))
  expect(new Set(trained.slice(10).map(([, seed]) => seed))).toEqual(new Set([2, 3]))
})

it('where each framework is searched by itself, each is trained with its own best settings', async () => {
  const parameters = {
    'training.phases[0].optimizer.learningRate': { logUniform: [1e-4, 1e-1] as [number, number] },
  }
  const subject = experiment({ parameters, strategy: 'random', trials: 4, search: 'independent' })
  const { sweep } = ending(await eventsOf(subject, {}, { final: true }))
  const tuned = sweep.final?.comparisons.filter(({ role }) => role === 'best') ?? []
  expect(tuned.flatMap(({ frameworks }) => frameworks).toSorted()).toEqual(
    sweep.best
      .filter(({ trial }) => trial > 0)
      .map(({ framework }) => framework)
      .toSorted(),
  )
  expect(sweep.final?.between?.kind).toBe('tuned')
})

it('two searches whose best trials have one number keep the settings of each', async () => {
  const log = path.join(temporary, 'independent.log')
  // Every value is better than the specification's own, so that trial 1 is the best of both.
  const parameters = {
    'training.phases[0].optimizer.learningRate': { uniform: [9e-3, 1e-2] as [number, number] },
  }
  // The longest name that there may be, which the names of the final's comparisons are made from.
  const subject = experiment(
    { parameters, strategy: 'random', trials: 1, search: 'independent' },
    { name: 'n'.repeat(100) },
  )
  const { sweep } = ending(await eventsOf(subject, { log }, { final: true }))
  const names = sweep.final?.comparisons.map(({ comparisonDirectory }) => path.basename(comparisonDirectory))
  expect(names).toEqual([
    expect.stringContaining('-best-tensorflow-'),
    expect.stringContaining('-best-pytorch-'),
    expect.stringContaining('-default-'),
  ])
  expect(sweep.best.map(({ trial }) => trial)).toEqual([1, 1])
  expect(sweep.final?.comparisons.map(({ role, trial, frameworks }) => [role, trial, frameworks])).toEqual([
    ['best', 1, ['tensorflow']],
    ['best', 1, ['pytorch']],
    ['default', 0, ['tensorflow', 'pytorch']],
  ])
  const runs = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const { framework, values } of sweep.trials.filter(({ trial }) => trial === 1)) {
    const [rate] = Object.values(values)
    const tuned = runs.filter(([name, seed, used]) => name === framework && seed > 0 && used === rate)
    expect(tuned.map(([, seed]) => seed).toSorted()).toEqual([2, 3])
  }
  expect(sweep.final?.between?.kind).toBe('tuned')
})

it('a cancelled sweep goes on where it was, and carries no trial out twice', async () => {
  const log = path.join(temporary, 'resumed.log')
  const controller = new AbortController()
  const events: SweepEvent[] = []
  const { carryOutSweep } = await import('../../src/sweep/carry-out-sweep.js')
  const sweeping = eventStream<SweepEvent>(
    (emit, signal) => carryOutSweep(experiment(), optionsOf({ wait: 64, log }), emit, signal),
    controller.signal,
  )
  for await (const event of sweeping) {
    events.push(event)
    if (event.type === 'trial-epoch' && event.trial === 2) controller.abort()
  }
  expect(ending(events).sweep.status).toBe('cancelled')
  const ended = ending(events).sweep.trials.filter(({ status }) => status === 'finished')
  const resumed: SweepEvent[] = []
  const { sweepDirectory } = ending(events)
  const resuming = eventStream<SweepEvent>((emit, signal) =>
    resumeSweep(sweepDirectory, optionsOf({ log }), emit, signal),
  )
  for await (const event of resuming) resumed.push(event)
  const { sweep } = ending(resumed)
  expect(ofType(resumed, 'sweep-resumed')[0]?.kept).toBe(ended.length)
  expect(sweep.trials).toEqual(expect.arrayContaining(ended))
  expect(sweep.budget).toMatchObject([
    { finished: 5, cancelled: 0 },
    { finished: 5, cancelled: 0 },
  ])
  const runs = readFileSync(log, 'utf8').trim().split('\n')
  expect(runs.length).toBe(10 + 1)
  const told: SweepEvent[] = []
  const again = eventStream<SweepEvent>((emit, signal) =>
    resumeSweep(sweepDirectory, optionsOf({ log }), emit, signal),
  )
  for await (const event of again) told.push(event)
  expect(told.map(({ type }) => type)).toEqual(['sweep-finished'])
})

it('a sweep in which no trial has an objective fails, and compares nothing', async () => {
  const { sweep } = ending(await eventsOf(experiment(), { blind: true }, { final: true }))
  expect([sweep.status, sweep.best, sweep.final]).toEqual(['failed', [], null])
})
