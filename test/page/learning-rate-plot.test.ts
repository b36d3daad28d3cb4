import { describe, expect, it } from 'vitest'
import { renderLearningRatePlot } from '../../src/page/charts/learning-rate-plot.js'
import { sweepOf } from '../report/sweeps.js'

const plot = renderLearningRatePlot('fashion & <more>', [sweepOf('tensorflow'), sweepOf('pytorch')])

describe('the plot of a learning-rate sweep', () => {
  it('has a curve of each framework, and both its axes named', () => {
    expect(plot.match(/<path class="curve (tensorflow|pytorch)"/g)).toHaveLength(2)
    expect(plot).toContain('>learning rate</text>')
    expect(plot).toContain('>smoothed loss</text>')
  })

  it('has a tick at every power of ten', () => {
    const exponents = [...plot.matchAll(/class="exponent"[^>]*>([^<]*)</g)].map(([, exponent]) => exponent)
    expect(exponents).toEqual(['−7', '−6', '−5', '−4', '−3', '−2', '−1', '0'])
  })

  it('marks the suggestions on the curve and names them in the legend', () => {
    expect(plot.match(/<circle class="valley pytorch"/g)).toHaveLength(2)
    expect(plot).toContain('>valley 1.00e-3</text>')
    expect(plot).toContain('>steepest 1.58e-4</text>')
  })

  it('leaves out a suggestion that there is none of', () => {
    const none = renderLearningRatePlot('none', [
      sweepOf('pytorch', { suggestions: { valley: null, steep: null } }),
    ])
    expect(none).toContain('>valley –</text>')
    // The one of the legend.
    expect(none.match(/<circle class="valley/g)).toHaveLength(1)
  })

  it('lets the flight at the end set no scale', () => {
    const [ys] = [...plot.matchAll(/d="M([^"]*)"/g)].map(([, d = '']) =>
      d.split('L').map((point) => Number(point.split(' ')[1])),
    )
    // The first loss stands near the top of the frame, which begins 92 units down; the last one far above it.
    expect(ys?.[0]).toBeLessThan(200)
    expect(ys?.at(-1)).toBeLessThan(92)
    expect(plot).toContain('clip-path="url(#plot)"')
  })

  it('stands by itself: no script, nothing loaded, colours for light and dark, and a title for screen readers', () => {
    expect(plot).not.toMatch(/<script|href=|url\(http|@import/)
    expect(plot).toContain('prefers-color-scheme: dark')
    expect(plot).toContain('role="img"')
    expect(plot).toContain('Learning-rate sweep of fashion &amp; &lt;more&gt;')
  })

  it('draws a sweep of one step', () => {
    const [point] = sweepOf('pytorch').points
    if (point === undefined) throw new Error('no point')
    expect(renderLearningRatePlot('short', [sweepOf('pytorch', { points: [point] })])).not.toMatch(
      /NaN|Infinity/,
    )
  })
})
