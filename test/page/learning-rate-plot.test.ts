import { describe, expect, it } from 'vitest'
import { renderLearningRatePlot } from '../../src/page/charts/learning-rate-plot.js'
import { sweepOf } from '../report/sweeps.js'
import { textsIn } from './drawings.js'

const plot = renderLearningRatePlot('fashion & <more>', [sweepOf('tensorflow'), sweepOf('pytorch')])
const texts = textsIn(plot)

/** Places that a framework's curve goes through, from the left to the right. */
function curveOf(framework: string): (readonly [number, number])[] {
  const [, path = ''] =
    new RegExp(`<path d="M([^"]*)"[^>]*fill="none"[^>]*stroke="var\\(--${framework}\\)"`).exec(plot) ?? []
  return path.split('L').map((point) => {
    const [x = Number.NaN, y = Number.NaN] = point.split(' ').map(Number)
    return [x, y]
  })
}

describe('the plot of a learning-rate sweep', () => {
  it('has a curve of each framework with its name, and both its axes named', () => {
    for (const framework of ['tensorflow', 'pytorch']) expect(curveOf(framework).length).toBeGreaterThan(20)
    for (const text of ['● TensorFlow', '■ PyTorch', 'learning rate', 'smoothed loss, nats'])
      expect(texts.map((each) => each.text)).toContain(text)
  })

  it('writes the names on both sides of curves that are one', () => {
    const [ours, theirs] = ['● TensorFlow', '■ PyTorch'].map(
      (name) => texts.find(({ text }) => text === name)?.y ?? Number.NaN,
    )
    expect((theirs ?? 0) - (ours ?? 0)).toBeGreaterThan(20)
  })

  it('has a tick at every power of ten', () => {
    const ticks = texts.map(({ text }) => text).filter((text) => /^1(e|$)/.test(text))
    expect(ticks).toEqual(['1e-7', '1e-6', '1e-5', '1e-4', '1e-3', '1e-2', '1e-1', '1'])
  })

  it('marks the suggestions where they are, once where both frameworks make the same', () => {
    const valley = texts.filter(({ text }) => text.includes('valley'))
    expect(valley.map(({ text }) => text)).toEqual(['valley 1.00e-3'])
    expect(texts.map(({ text }) => text)).toContain('steepest 1.58e-4')
    const at = texts.find(({ text }) => text === '1e-3')?.x ?? Number.NaN
    expect(plot).toMatch(
      new RegExp(`transform="matrix\\([^)]*,${Math.trunc(at)}[^)]*\\)"[^>]*fill="var\\(--tensorflow\\)"`),
    )
  })

  it('says whose a suggestion is where each framework makes its own', () => {
    const [, , other] = sweepOf('pytorch').points.slice(45)
    const apart = renderLearningRatePlot('apart', [
      sweepOf('tensorflow'),
      sweepOf('pytorch', { suggestions: { valley: other?.learningRate ?? null, steep: null } }),
    ])
    const named = textsIn(apart).map(({ text }) => text)
    expect(named).toEqual(expect.arrayContaining(['● valley 1.00e-3', '● steepest 1.58e-4']))
    expect(named.filter((text) => text.startsWith('■ valley'))).toHaveLength(1)
  })

  it('leaves out a suggestion that there is none of', () => {
    const none = renderLearningRatePlot('none', [
      sweepOf('pytorch', { suggestions: { valley: null, steep: null } }),
    ])
    expect(textsIn(none).filter(({ text }) => /valley|steepest/.test(text))).toEqual([])
    expect(none).toContain('PyTorch suggests – in the valley')
  })

  it('lets the flight at the end set no scale', () => {
    const losses = texts.map(({ text }) => text).filter((text) => /^\d(\.\d+)?$/.test(text))
    expect(Math.max(...losses.map(Number))).toBeLessThan(3)
  })

  it('stands by itself: no script, nothing loaded, colours for light and dark, and a title for screen readers', () => {
    expect(plot).not.toMatch(/<script|href=|url\(http|@import/)
    expect(plot).toContain('prefers-color-scheme: dark')
    expect(plot).toContain('--tensorflow:')
    expect(plot).toContain('role="img"')
    expect(plot).toContain('Learning-rate sweep of fashion &amp; &lt;more')
    expect(plot).not.toContain('<more')
  })

  it('draws a sweep of one step', () => {
    const [point] = sweepOf('pytorch').points
    if (point === undefined) throw new Error('no point')
    expect(renderLearningRatePlot('short', [sweepOf('pytorch', { points: [point] })])).not.toMatch(
      /NaN|Infinity/,
    )
  })
})
