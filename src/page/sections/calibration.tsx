import { type CalibrationPoint, renderCalibrationChart } from '../charts/calibration-chart.js'
import type { Details, ShownEvaluation } from '../details.js'
import { Chart, FrameworkKey } from '../elements.js'
import { pairedEvaluations } from '../paired-evaluations.js'

/** Section of the calibration: whether the models are right as often as their probabilities say. */
export function CalibrationSection({ details }: { readonly details: Details }) {
  const curves = pairedEvaluations(details).map(({ framework, evaluations }) => ({
    framework,
    points: poolBins(evaluations),
  }))
  if (curves.every(({ points }) => points.length === 0)) return null
  return (
    <section aria-labelledby="calibration">
      <h2 id="calibration">Calibration</h2>
      <Chart
        title="Right answers by their probability"
        note={
          <>
            <FrameworkKey frameworks={curves.map(({ framework }) => framework)} /> Below the diagonal a model
            is surer than it is right. A larger point stands for more images, counted over all seeds.
          </>
        }
        svg={renderCalibrationChart(curves)}
      />
    </section>
  )
}

// The seeds share the test images, so that each run counts alike.
function poolBins(evaluations: readonly ShownEvaluation[]): CalibrationPoint[] {
  const bins = Math.max(0, ...evaluations.map(({ calibration }) => calibration.length))
  return Array.from({ length: bins }, (_, at) => {
    const parts = evaluations.flatMap(({ calibration }) => calibration[at] ?? [])
    const images = sumOf(parts, (part) => part.images)
    return {
      images,
      confidence: sumOf(parts, (part) => part.images * (part.confidence ?? 0)) / images,
      accuracy: sumOf(parts, (part) => part.images * (part.accuracy ?? 0)) / images,
    }
  }).filter(({ images }) => images > 0)
}

function sumOf<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0)
}
