import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ending, eventsOf, experiment, ofType } from '../sweep/rig.js'

describe('a search by Optuna', () => {
  const parameters = {
    'training.phases[0].optimizer.learningRate': { logUniform: [1e-5, 1e-1] as [number, number] },
    'training.batchSize': { choice: [32, 64] },
  }

  it('has both frameworks try the values that it chooses', async () => {
    const subject = experiment({ parameters, strategy: 'optuna', trials: 6 })
    const events = await eventsOf(subject)
    const { sweep, sweepDirectory } = ending(events)
    expect(sweep.budget).toMatchObject([{ finished: 7 }, { finished: 7 }])
    const started = ofType(events, 'trial-started')
    for (let trial = 1; trial <= 6; trial += 1) {
      const [one, other] = started.filter((event) => event.trial === trial)
      expect(one?.values).toEqual(other?.values)
    }
    expect(readdirSync(sweepDirectory)).toContain('optuna.db')
  })

  it('weighs the parameters of a grid afterwards', async () => {
    const { sweep } = ending(await eventsOf(experiment(), {}, { weighs: true }))
    const shares = sweep.importance.map((importance) => Object.values(importance.shares ?? {}))
    expect(shares.map((each) => each.length)).toEqual([2, 2])
    for (const [first = 0, second = 0] of shares) expect(first + second).toBeCloseTo(1)
    // TensorFlow's objective depends on the learning rate alone.
    expect(shares[0]?.[0]).toBeGreaterThan(0.9)
  })
})
