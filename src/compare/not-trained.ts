import { frameworkNames } from '../framework-names.js'
import type { FinishedRun, RunResult } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { summarize } from './summary.js'

// An honest model that is sure of wrong answers has a loss of a few times that of chance. What diverged has hundreds.
const worstLoss = 10

/**
 * Says why a framework's models are no trained ones: in at least half of its runs the test's loss is more than ten
 * times that of chance, or the model finds the classes no better than guessing would.
 *
 * @returns Reason in a sentence or two; `null` if both frameworks trained.
 */
export function whyNotTrained(results: readonly RunResult[]): string | null {
  const finished = results.filter((run) => run.status === 'finished')
  return (
    (['tensorflow', 'pytorch'] as const)
      .map((framework) =>
        reasonOf(
          framework,
          finished.filter((run) => run.framework === framework),
        ),
      )
      .find((reason) => reason !== null) ?? null
  )
}

function reasonOf(framework: Framework, runs: readonly FinishedRun[]): string | null {
  const diverged = runs.filter(isDiverged)
  const untrained = runs.filter((run) => isDiverged(run) || isGuess(run))
  if (runs.length === 0 || 2 * untrained.length < runs.length) return null
  const advice = 'Check the learning rate and the number of epochs; more seeds would not help.'
  const name = frameworkNames[framework]
  if (2 * diverged.length >= runs.length) {
    const loss = summarize(diverged.map(({ test }) => test.loss))?.median ?? Number.NaN
    const chance = summarize(diverged.map(lossOfChance))?.median ?? Number.NaN
    return `${name} diverged in ${diverged.length} of ${runs.length} runs: its median test loss is ${loss.toPrecision(3)}, and guessing has ${chance.toPrecision(3)}. ${advice}`
  }
  return `${name} learned nothing in ${untrained.length} of ${runs.length} runs: its models do no better on the test images than guessing. ${advice}`
}

function isDiverged(run: FinishedRun): boolean {
  return run.test.loss > worstLoss * lossOfChance(run)
}

/** Cross-entropy of a model that finds every class as likely as any other, in nats. */
function lossOfChance({ classes }: FinishedRun): number {
  return Math.log(Math.max(2, classes.length))
}

// Classes drawn at random have a macro F1 of 1 / C where all are as frequent; one answer for all images has less, since its
// one F1 that isn't 0 is below 1.
function isGuess({ test, classes }: FinishedRun): boolean {
  return classes.length > 1 && test.macroF1 < 1 / classes.length
}
