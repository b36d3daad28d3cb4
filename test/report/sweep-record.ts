import type { Sweep, Trial } from '../../src/sweep/record.js'

const learningRate = 'training.phases[0].optimizer.learningRate'

/** Sweep of both frameworks that has ended: four trials of a learning rate and a head beside trial 0, and no final. */
export function sweepRecord(changes: Partial<Sweep> = {}): Sweep {
  return {
    schemaVersion: 1,
    experiment: 'searching',
    status: 'finished',
    startedAt: '2026-11-28T10:00:00.000Z',
    frameworks: ['tensorflow', 'pytorch'],
    settings: {
      parameters: {
        [learningRate]: { logUniform: [1e-4, 1e-2] },
        'model.head.hidden': { choice: [[], [256], [1024, 256]] },
      },
      ...{ strategy: 'optuna', trials: 4, search: 'paired', pruning: 'none', searchSeed: 0 },
    },
    ...{ metric: 'accuracy', direction: 'maximize', seed: 0 },
    trials: [0, 1, 2, 3, 4].flatMap((trial) => [trialOf(trial, 'tensorflow'), trialOf(trial, 'pytorch')]),
    best: [
      { framework: 'tensorflow', trial: 3 },
      { framework: 'pytorch', trial: 3 },
    ],
    winner: 3,
    importance: (['tensorflow', 'pytorch'] as const).map((framework) => {
      return { framework, shares: { [learningRate]: 0.75, 'model.head.hidden': 0.25 }, problem: null }
    }),
    budget: (['tensorflow', 'pytorch'] as const).map((framework) => {
      return {
        ...{
          framework,
          planned: 5,
          finished: 5,
          pruned: 0,
          failed: 0,
          cancelled: 0,
          epochs: 25,
          seconds: 10,
        },
      }
    }),
    final: null,
    ...changes,
  }
}

function trialOf(trial: number, framework: Trial['framework']): Trial {
  const values = {
    [learningRate]: 10 ** (-4 + trial / 2),
    'model.head.hidden': [[], [256], [1024, 256]][trial % 3],
  }
  return {
    ...{ trial, framework, status: 'finished', values: trial === 0 ? {} : values },
    ...{ objective: 0.8 + (trial === 3 ? 0.05 : trial / 100), epochs: 5, seconds: 2, failure: null },
  }
}
