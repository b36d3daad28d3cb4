import type { CancelSignal } from '../cancellation.js'
import type { Verification, VerifyEvent } from '../compare/verification.js'
import { TwintuneError } from '../failure.js'
import { type Perturbation, perturbationSchema } from '../protocol/perturbation.js'
import { eventStream } from '../run/event-stream.js'
import type { Experiment } from '../spec/schema.js'
import { checkChoice, checkOptionNames, requireExperiment } from './arguments.js'

/** Options of the parity ladder. */
export interface VerifyOptions {
  /**
   * Whether the first phase alone is looked at, without the recordings in which everything trains.
   * @defaultValue false
   */
  readonly phaseOnly?: boolean | undefined
  /** Difference to plant in PyTorch, to see that the ladder finds it. */
  readonly perturbation?: Perturbation | undefined
  /** Callback that is told of each rung as it is judged, and in idiomatic mode of each difference. */
  readonly onEvent?: ((event: VerifyEvent) => void) | undefined
  /** Signal that cancels when it is aborted. */
  readonly signal?: CancelSignal | undefined
}

/**
 * Climbs the parity ladder of an experiment with its first seed: holds pixels, weights, features, logits, losses,
 * gradients, optimiser and ten steps of the two frameworks against each other in float64, and their rounding in the
 * experiment's own precision. Rungs that fail are among the verification's `rungs`. In idiomatic mode, where no rung
 * could hold, `differences` lists the differences between the two libraries, each with its effect on the first batch.
 *
 * @throws TwintuneError When the experiment isn't of both frameworks, or one of them can't be used, or its data, weights
 * or device, or when it is cancelled.
 */
export async function verify(experiment: Experiment, options: VerifyOptions = {}): Promise<Verification> {
  requireExperiment('verify', experiment)
  checkOptionNames<VerifyOptions>('verify', options, {
    phaseOnly: true,
    perturbation: true,
    onEvent: true,
    signal: true,
  })
  checkChoice('perturbation', options.perturbation, perturbationSchema.options)
  const { phaseOnly = false, perturbation = null, onEvent, signal } = options
  const { verifyExperiment } = await import('../run/one-off/verify-experiment.js')
  const events = eventStream<VerifyEvent>(
    (emit, cancelSignal) => verifyExperiment(experiment, { phaseOnly, perturbation }, emit, cancelSignal),
    signal,
  )
  let verification: Verification | undefined
  for await (const event of events) {
    if (event.type === 'verify-finished') {
      const { type: _, ...finished } = event
      verification = finished
    }
    onEvent?.(event)
  }
  if (!verification)
    throw new TwintuneError({ code: 'INTERNAL', message: 'A ladder ended without a result.' })
  return verification
}
