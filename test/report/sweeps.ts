import type { ShownSweep } from '../../src/report/learning-rate-table.js'
import type { Framework } from '../../src/spec/schema.js'

/** The sweep of a framework over a hundred steps: the loss falls, and flies off at the end. */
export function sweepOf(framework: Framework, changes: Partial<ShownSweep> = {}): ShownSweep {
  const points = Array.from({ length: 92 }, (_, step) => {
    const learningRate = 1e-7 * 1e8 ** (step / 100)
    const smoothedLoss = 0.9 + 1.4 / (1 + (learningRate / 1e-3) ** 0.8) + Math.max(0, learningRate - 0.5) ** 3
    return { learningRate, loss: smoothedLoss, smoothedLoss }
  })
  return {
    framework,
    points,
    ended: 'diverged',
    suggestions: { valley: points[50]?.learningRate ?? null, steep: points[40]?.learningRate ?? null },
    seconds: 12.3,
    ...changes,
  }
}
