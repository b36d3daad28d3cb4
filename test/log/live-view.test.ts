import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/events.js'
import { LiveBoard } from '../../src/log/live-board.js'
import { renderLiveLine } from '../../src/log/live-line.js'
import { at, compareEvents, firstOf, runEvents } from './events.js'

const start = firstOf('comparison-started')
const untilSecondEpoch = (framework: 'tensorflow' | 'pytorch', seed: number) =>
  runEvents(framework, seed, 0).slice(0, 14)

describe('what is going on', () => {
  test('a framework whose turn has not come waits, and its worker says what it is doing', () => {
    expect(
      view([start, { type: 'worker', time: at(0), framework: 'tensorflow', state: 'importing' }]),
    ).toEqual(['TensorFlow  importing TensorFlow  3 s', 'PyTorch     waiting for its turn'])
  })

  test('a pass over the images shows how far it is', () => {
    expect(view([start, ...runEvents('tensorflow', 0, 0).slice(0, 6)])[0]).toBe(
      'TensorFlow  seed 0  1 of 2  computing features  ━━━━━━━━━━──────────  1,216/2,400',
    )
  })

  test('training shows epoch, step, loss, validation, speed and the time that is left', () => {
    expect(view([start, ...untilSecondEpoch('tensorflow', 0)])[0]).toBe(
      'TensorFlow  seed 0  1 of 2  epoch 2/3  ━━━━━━━━━───────────  step 25/75  loss 0.4250  val 76.0%  6,310 img/s  2 s left',
    )
  })

  test('the training loss so far is a curve: of the steps at first, then of the epochs of all phases', () => {
    const run = runEvents('tensorflow', 0, 0)
    const upTo = (type: Event['type'], epoch: number) =>
      run.slice(
        0,
        run.findLastIndex((event) => event.type === type && 'epoch' in event && event.epoch === epoch) + 1,
      )
    const curve = (events: readonly Event[]) =>
      /loss \S+ {2}([▁-█ ]+) {2}/.exec(view([start, ...events], 200, true)[0] ?? '')?.[1]
    const firstStep = run.slice(0, run.findIndex(({ type }) => type === 'step') + 1)
    expect(curve(firstStep)).toBeUndefined()
    expect(curve(upTo('step', 1))).toBe('█▄▁')
    const epochs = [
      ...upTo('epoch', 3),
      { ...firstOf('phase-started'), phase: 2, phases: 2 },
      firstOf('step'),
    ]
    expect(curve(epochs)).toBe('█▂▁')
  })

  test('a terminal that lacks the characters has no curve', () => {
    expect(view([start, ...untilSecondEpoch('tensorflow', 0)]).join('')).not.toMatch(/[▁-█]/)
  })

  test('the phase is named where there are several', () => {
    const events = untilSecondEpoch('tensorflow', 0).map((event) =>
      event.type === 'phase-started' ? { ...event, phases: 2 } : event,
    )
    expect(view([start, ...events])[0]).toContain('phase 1/2  epoch 2/3')
  })

  test('parallel runs have a line each, two of one framework as well', () => {
    const lines = view([
      start,
      ...untilSecondEpoch('pytorch', 1),
      ...untilSecondEpoch('tensorflow', 0),
      ...untilSecondEpoch('pytorch', 0),
    ])
    expect(lines.map((line) => line.slice(0, 18))).toEqual([
      'TensorFlow  seed 0',
      'PyTorch     seed 0',
      'PyTorch     seed 1',
    ])
  })

  test('a repeat is called one, and has its place after the runs that count', () => {
    const runs = [...start.runs, ...start.runs.map((run) => ({ ...run, repeat: true }) as const)]
    const ended = compareEvents().filter(({ type }) => type === 'run-finished')
    const events = untilSecondEpoch('tensorflow', 0).map((event) => ({ ...event, repeat: true }) as Event)
    const lines = view([{ ...start, runs }, ...ended, ...events])
    expect(lines[0]).toContain('TensorFlow  seed 0 repeat  3 of 4  epoch 2/3')
    expect(lines[1]).toBe('PyTorch     waiting for its turn')
  })

  test('a framework with nothing more to run has no line', () => {
    const events = compareEvents().filter((event) => event.type !== 'comparison-finished')
    expect(view(events)).toEqual([])
  })
})

describe('a narrow terminal', () => {
  test.each([20, 40, 60, 80, 100, 120])('of %i columns is never exceeded', (columns) => {
    const board = new LiveBoard()
    for (const event of compareEvents()) {
      board.update(event)
      for (const line of board.lines()) {
        const text = renderLiveLine(line, {
          now: Date.parse(at(3)),
          columns,
          colors: picocolors.createColors(true),
          sparkLines: true,
        })
        expect(stripVTControlCharacters(text).length).toBeLessThanOrEqual(columns)
      }
    }
  })

  test('of 80 columns still has epoch, bar, loss, speed and time', () => {
    expect(view([start, ...untilSecondEpoch('tensorflow', 0)], 80)[0]).toBe(
      'TensorFlow  seed 0  epoch 2/3  ━━━━━━───────  loss 0.4250  6,310 img/s  2 s left',
    )
  })

  test('of 40 columns keeps epoch and time', () => {
    expect(view([start, ...untilSecondEpoch('tensorflow', 0)], 40)[0]).toBe(
      'TensorFlow  seed 0  epoch 2/3  2 s left',
    )
  })
})

/** The lines three seconds after the beginning. */
function view(events: readonly Event[], columns = 200, sparkLines = false): string[] {
  const board = new LiveBoard()
  for (const event of events) board.update(event)
  const options = { now: Date.parse(at(3)), columns, colors: picocolors.createColors(false), sparkLines }
  return board.lines().map((line) => renderLiveLine(line, options))
}
