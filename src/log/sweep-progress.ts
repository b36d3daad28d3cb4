import { frameworkNames } from '../framework-names.js'
import type { SweepProgress } from '../protocol/progress.js'
import { formatLearningRate, formatLoss } from '../report/format.js'
import type { Framework } from '../spec/schema.js'
import { visibleText } from '../visible.js'
import { stageText } from './event-text.js'

/** Makes a printer of the progress of `lr-find`: a line where something begins and at each quarter of a sweep, or warnings alone. */
export function sweepProgressPrinter(
  print: (line: string) => void,
  quiet: boolean,
): (framework: Framework, progress: SweepProgress) => void {
  return (framework, progress) => {
    const name = frameworkNames[framework]
    if (progress.type === 'warning') print(`warning ${name}: ${visibleText(progress.message)}`)
    else if (quiet) return
    else if (progress.type === 'stage') {
      if (progress.done === undefined) print(`${name}: ${stageText(progress)}`)
    } else if (progress.step % Math.ceil(progress.steps / 4) === 0) {
      print(
        `${name}: step ${progress.step}/${progress.steps}, learning rate ${formatLearningRate(progress.learningRate)}, ` +
          `loss ${formatLoss(progress.smoothedLoss)}`,
      )
    }
  }
}
