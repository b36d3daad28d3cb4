import { sum } from '../../compare/summary.js'
import { type CalibrationPoint, renderCalibrationChart } from '../charts/calibration-chart.js'
import type { Details, ShownEvaluation } from '../details.js'
import { Chart, FrameworkKey } from '../elements.js'
import { pairedEvaluations } from '../paired-evaluations.js'

/** Section of the calibration: whether the models are right as often as their probabilities say. */
export function CalibrationSection({ details }: { readonly details: Details }) {
  const curves = pairedEvaluations(details).sides.map(({ framework, evaluations }) => ({
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
            is surer than it is right. A larger point stands for more images, counted over the runs that are
            compared.
          </>
        }
        svg={renderCalibrationChart(curves)}
      />
    </section>
  )
}

// Images are counted once a run: the seeds share them, or have test images of their own.
function poolBins(evaluations: readonly ShownEvaluation[]): CalibrationPoint[] {
  const bins = Math.max(0, ...evaluations.map(({ calibration }) => calibration.length))
  return Array.from({ length: bins }, (_, at) => {
    const parts = evaluations.flatMap(({ calibration }) => calibration[at] ?? [])
    const images = sum(parts.map((part) => part.images))
    return {
      images,
      confidence: sum(parts.map((part) => part.images * (part.confidence ?? 0))) / images,
      accuracy: sum(parts.map((part) => part.images * (part.accuracy ?? 0))) / images,
    }
  }).filter(({ images }) => images > 0)
}
