import type { Comparison } from '../../compare/comparison.js'
import { frameworkNames } from '../../framework-names.js'
import { formatOr } from '../../report/format.js'
import { distanceCell, noiseFigure, noiseFiguresOf, noiseVerdict } from '../../report/noise-table.js'
import { frameworksOf } from '../../report/runs.js'
import { Table } from '../elements.js'

/** Section of the noise: how far each framework lies from itself, beside how far the two lie from each other. */
export function NoiseSection({ comparison }: { readonly comparison: Comparison }) {
  const { noise, runs } = comparison
  if (noise === null) return null
  const frameworks = frameworksOf(runs)
  const sides = frameworks.length > 1 ? ([...frameworks, 'between'] as const) : frameworks
  return (
    <section aria-labelledby="noise">
      <h2 id="noise">Noise: the same seed twice</h2>
      <p>{frameworks.map((framework) => noiseVerdict(framework, comparison, noise)).join(' ')}</p>
      <p class="note">
        Means of the absolute differences of two runs, with the largest in brackets: of a framework with
        itself, and of the two frameworks.
      </p>
      <Table
        label="Noise"
        head={[
          'figure',
          ...sides.map((side) => (side === 'between' ? 'the two' : `${frameworkNames[side]} twice`)),
          'unit',
        ]}
        rows={noiseFiguresOf(comparison).map((key) => {
          const { name, unit, scale } = noiseFigure(key)
          return [
            name,
            ...sides.map((side) => formatOr(noise[key][side], (of) => distanceCell(of, scale))),
            unit,
          ]
        })}
      />
    </section>
  )
}
