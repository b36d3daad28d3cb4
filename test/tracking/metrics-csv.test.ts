import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Event, EventOf } from '../../src/events.js'
import { compareEvents } from '../log/events.js'
import { addEvents, temporaryFolder, writeComparison } from '../serve/rig.js'
import { curve, interruptedEvents, rowsOf, track } from './rig.js'

const runs = temporaryFolder()
const csv = { csv: true }

describe('metrics.csv', () => {
  const events = compareEvents()
  const ofType = <Type extends Event['type']>(type: Type) =>
    events.filter((event): event is EventOf<Type> => event.type === type)

  it('has every value that the events have, and no other', async () => {
    const folder = writeComparison(runs, 'whole', events)
    const { problems, places } = await track(folder, csv)
    expect([problems, places]).toEqual([[], [{ tracker: 'csv', place: path.join(folder, 'metrics.csv') }]])
    const rows = rowsOf(folder)
    const valuesOf = (metric: string) =>
      rows
        .filter((row) => row.metric === metric)
        .map((row) => [
          row.framework,
          Number(row.seed),
          Number(row.epoch),
          Number(row.step),
          Number(row.value),
        ])
    const expected = (found: readonly (readonly unknown[])[]) => expect.arrayContaining([...found])
    const steps = ofType('step').map((step) => [
      ...[step.framework, step.seed, step.epoch],
      ...[(step.epoch - 1) * step.steps + step.step, step.loss],
    ])
    const epochs = ofType('epoch').map((epoch) => [
      ...[epoch.framework, epoch.seed, epoch.epoch],
      ...[epoch.epoch * 75, epoch.validation?.accuracy],
    ])
    const tests = ofType('evaluation').map((test) => [test.framework, test.seed, 3, 225, test.accuracy])
    for (const [metric, found] of [
      ['step/loss', steps],
      ['validation/accuracy', epochs],
      ['test/accuracy', tests],
    ] as const) {
      expect(valuesOf(metric)).toEqual(expected(found))
      expect(valuesOf(metric)).toHaveLength(found.length)
    }
    expect(new Set(rows.map((row) => `${row.framework} ${row.seed}`)).size).toBe(4)
  })

  it('is written anew, and not twice as long, when it is asked for again', async () => {
    const folder = writeComparison(runs, 'again', events)
    await track(folder, csv)
    const once = readFileSync(path.join(folder, 'metrics.csv'), 'utf8')
    await track(folder, csv)
    expect(readFileSync(path.join(folder, 'metrics.csv'), 'utf8')).toBe(once)
  })

  it('counts the steps of a second phase on from the first', async () => {
    const later = ofType('step').map((event) => ({ ...event, phase: 2 }))
    const [phase] = ofType('phase-started')
    if (!phase) throw new Error('There is no phase.')
    const ofRun = (event: Event) => 'seed' in event && event.seed === 0 && event.framework === 'tensorflow'
    const first = events.filter(
      (event) => ofRun(event) && !['evaluation', 'run-finished'].includes(event.type),
    )
    const folder = writeComparison(runs, 'phases', [
      ...events.slice(0, 1),
      ...first,
      { ...phase, phase: 2 },
      ...later.filter(ofRun),
    ])
    await track(folder, csv)
    const steps = curve(rowsOf(folder), 'step/loss', 'tensorflow').map(([step]) => step)
    expect(steps).toEqual([
      25, 50, 75, 100, 125, 150, 175, 200, 225, 250, 275, 300, 325, 350, 375, 400, 425, 450,
    ])
  })
})

describe('a run that was interrupted', () => {
  it.each([
    { anew: false, moved: false },
    { anew: true, moved: false },
    { anew: false, moved: true },
    { anew: true, moved: true },
  ])('has each step once, begun anew: $anew, moved from a lost node: $moved', async ({ anew, moved }) => {
    const folder = writeComparison(runs, `interrupted-${anew}-${moved}`, interruptedEvents({ anew, moved }))
    await track(folder, csv)
    const steps = curve(rowsOf(folder), 'step/loss').map(([step]) => step)
    expect(steps).toEqual([25, 50, 75, 100, 125, 150, 175, 200, 225])
    expect(curve(rowsOf(folder), 'validation/loss').map(([step]) => step)).toEqual([75, 150, 225])
  })

  it('keeps what it had reached, where nothing has gone on with it yet', async () => {
    const all = interruptedEvents({ anew: false })
    const folder = writeComparison(
      runs,
      'left',
      all.slice(0, all.findIndex((event) => event.type === 'comparison-resumed') + 1),
    )
    await track(folder, csv)
    expect(curve(rowsOf(folder), 'step/loss').map(([step]) => step)).toEqual([25, 50, 75, 100, 125])
  })
})

describe('a folder that lies where metrics.csv belongs', () => {
  it('is told of as what is wrong, and not as a fault of twintune', async () => {
    const folder = writeComparison(runs, 'in-the-way', compareEvents())
    mkdirSync(path.join(folder, 'metrics.csv'))
    const { problems } = await track(folder, csv)
    expect(problems).toMatchObject([{ failure: { message: expect.stringMatching(/^EISDIR/) } }])
  })
})

describe('a folder from somebody else', () => {
  it('has nothing written through its links', async () => {
    const folder = writeComparison(runs, 'foreign', [])
    addEvents(folder, compareEvents())
    const outside = path.join(runs, 'outside.txt')
    writeFileSync(outside, 'mine')
    symlinkSync(outside, path.join(folder, 'metrics.csv'))
    await expect(track(folder, csv)).rejects.toThrow('is a symbolic link')
    expect(readFileSync(outside, 'utf8')).toBe('mine')
  })
})
