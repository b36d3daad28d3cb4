import type { Event, EventOf } from '../events.js'
import type { Run } from '../plan/plan-runs.js'
import type { Point, TrackRecord } from '../protocol/track.js'

type Ended = Extract<TrackRecord, { type: 'run-ended' }>

/**
 * Points of one run. A run that was interrupted has points after its last checkpoint, and goes through these steps again:
 * what it has is held back until it is known from where it goes on, so that no step has two points.
 */
export class RunPoints {
  readonly #name: string
  readonly #run: Run
  #points: Point[] = []
  #ended: Ended | null = null
  #attempt = 0
  #startedAt = 0
  #isHeld = false
  #isBegun = false
  #isAnnounced = false
  #phase = 1
  /** Number of epochs done in each phase. */
  readonly #done = new Map<number, number>()
  /** Number of batches in an epoch. */
  #steps = 1

  constructor(name: string, run: Run) {
    this.#name = name
    this.#run = run
  }

  /** Holds the points back: the run has yet to go on, or to begin anew. */
  hold(): void {
    this.#isHeld = true
    this.#ended = null
  }

  record(event: Event): void {
    const time = Date.parse(event.time)
    switch (event.type) {
      case 'run-started':
        this.hold()
        this.#isBegun = true
        if (this.#attempt === 0) this.#startedAt = time
        return
      case 'run-placed':
        if (event.movedFrom === null) return
        this.hold()
        this.#isBegun = true
        return
      case 'run-resumed':
        this.#goOn(event)
        return
      case 'phase-started':
        if (this.#isBegun) this.#begin(time)
        this.#phase = event.phase
        this.#steps = event.steps ?? this.#steps
        return
      case 'step':
        this.#steps = event.steps
        this.#add(event, (event.epoch - 1) * event.steps + event.step, {
          'step/loss': event.loss,
          'step/imagesPerSecond': event.imagesPerSecond,
        })
        return
      case 'epoch':
        this.#done.set(event.phase, event.epoch)
        this.#add(event, event.epoch * this.#steps, valuesOfEpoch(event))
        return
      case 'evaluation': {
        const { type: _, time: _time, framework: _framework, seed: _seed, repeat: _repeat, ...test } = event
        const { split, count: _count, ...metrics } = test
        this.#addAtEnd(event.time, prefixed(split, metrics))
        return
      }
      case 'run-finished':
        this.#finish(event)
        return
      case 'run-failed':
        this.#isBegun = false
        this.#isHeld = false
        this.#ended = this.#endedBy(event.status, time, {
          failure: event.failure.code,
          'failure.message': event.failure.message,
        })
        return
    }
  }

  /**
   * Takes what trackers have yet to be told.
   *
   * @param all - Whether points that are held back come too, since nothing more will happen.
   */
  take({ all }: { readonly all: boolean }): TrackRecord[] {
    if ((this.#isHeld && !all) || (this.#attempt === 0 && this.#ended === null)) return []
    const points = this.#points
    const ended = this.#ended
    const isNew = !this.#isAnnounced
    this.#points = []
    this.#ended = null
    this.#isAnnounced = true
    return [
      ...(isNew
        ? [
            {
              type: 'run' as const,
              name: this.#name,
              ...this.#run,
              attempt: Math.max(1, this.#attempt),
              time: this.#startedAt,
            },
          ]
        : []),
      ...(points.length > 0 ? [{ type: 'points' as const, run: this.#name, points }] : []),
      ...(ended ? [ended] : []),
    ]
  }

  #begin(time: number): void {
    this.#isBegun = false
    this.#isHeld = false
    this.#attempt += 1
    this.#startedAt = time
    this.#points = []
    this.#done.clear()
  }

  #goOn({ phase, epoch, step, epochs }: EventOf<'run-resumed'>): void {
    this.#isBegun = false
    this.#isHeld = false
    this.#attempt = Math.max(1, this.#attempt)
    this.#points = this.#points.filter(
      (point) =>
        point.phase < phase ||
        (point.phase === phase &&
          (point.epoch <= epoch ||
            (point.epoch === epoch + 1 && point.step <= this.#before(phase) + epoch * this.#steps + step))),
    )
    this.#done.clear()
    for (const record of epochs) this.#done.set(record.phase, record.epoch)
  }

  #finish({ time, result }: EventOf<'run-finished'>): void {
    const { seconds, imagesPerSecond, featureImagesPerSecond, peakMemoryBytes, firstStepLoss } = result
    this.#addAtEnd(
      time,
      prefixed('run', {
        imagesPerSecond,
        featureImagesPerSecond,
        peakMemoryBytes,
        firstStepLoss,
        othersCpuShare: result.othersCpuShare,
        ...prefixed('seconds', seconds),
      }),
    )
    this.#isHeld = false
    this.#ended = this.#endedBy('finished', Date.parse(time), {
      device: result.facts.device,
      'digest.pixels': result.pixelDigest,
      'digest.weights': result.weightsDigest,
      'digest.model': result.modelDigest,
    })
  }

  #endedBy(status: Ended['status'], time: number, tags: Record<string, string>): Ended {
    return { type: 'run-ended', run: this.#name, status, tags, time }
  }

  #addAtEnd(time: string, values: Values): void {
    const phase = Math.max(this.#phase, ...this.#done.keys())
    const epoch = this.#done.get(phase) ?? 0
    this.#add({ time, phase, epoch }, epoch * this.#steps, values)
  }

  #add(
    { time, phase, epoch }: { readonly time: string; readonly phase: number; readonly epoch: number },
    stepInPhase: number,
    values: Values,
  ): void {
    const step = this.#before(phase) + stepInPhase
    for (const [metric, value] of Object.entries(values)) {
      if (value !== null) this.#points.push({ metric, value, phase, epoch, step, time: Date.parse(time) })
    }
  }

  /** Number of batches in the phases before one. */
  #before(phase: number): number {
    const epochs = [...this.#done].reduce((sum, [done, epochs]) => sum + (done < phase ? epochs : 0), 0)
    return epochs * this.#steps
  }
}

type Values = Readonly<Record<string, number | null>>

function valuesOfEpoch(epoch: EventOf<'epoch'>): Values {
  const { learningRate, train, validation, seconds, imagesPerSecond } = epoch
  return {
    learningRate,
    ...prefixed('train', train),
    ...prefixed('validation', validation ?? {}),
    seconds,
    imagesPerSecond,
  }
}

function prefixed(prefix: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]))
}
