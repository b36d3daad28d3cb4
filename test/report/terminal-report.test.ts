import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { comparisonSchema, type Difference } from '../../src/compare/comparison.js'
import { totalSeconds } from '../../src/report/runs.js'
import { renderComparison, renderSummary } from '../../src/report/terminal-report.js'
import { verdictLine } from '../../src/report/verdict.js'
import { comparison, finishedRun, metricsWithout, trainingOnly, withFailures } from './comparison.js'

const plain = { color: false, columns: 80 }

test('the comparisons that these tests are built on are comparisons', () => {
  for (const each of [comparison(), trainingOnly(), withFailures()]) {
    expect(comparisonSchema.parse(each)).toEqual(each)
  }
})

describe('two frameworks that finished', () => {
  test('are reported in full within 80 columns', async () => {
    await expect(`${renderComparison(comparison(), plain)}\n`).toMatchFileSnapshot(
      '../fixtures/report/aligned.txt',
    )
  })

  test('are summarised within 80 columns, the verdict first', async () => {
    await expect(`${renderSummary(comparison(), plain)}\n`).toMatchFileSnapshot(
      '../fixtures/report/summary.txt',
    )
  })

  test('have colours only where they are asked for, and those change no text', () => {
    const colored = renderComparison(comparison(), { color: true, columns: 80 })
    const uncolored = renderComparison(comparison(), plain)
    expect(uncolored).toBe(stripVTControlCharacters(uncolored))
    expect(colored).not.toBe(uncolored)
    expect(stripVTControlCharacters(colored)).toBe(uncolored)
  })

  test.each([60, 80, 100, 120])('fit %i columns', (columns) => {
    for (const render of [renderComparison, renderSummary])
      expect(widest(render(comparison(), { color: false, columns }))).toBeLessThanOrEqual(columns)
  })

  test('start-up is the mean of the runs that started a Python, not of those that found it warm', () => {
    expect(lineWith('import the framework', comparison())).toMatch(/4\.10 +2\.30$/)
  })

  test('say how long training waited for batches, which counts once', () => {
    expect(lineWith('of it waiting for batches', comparison())).toMatch(/0\.30 +0\.40$/)
    expect(lineWith('as a share', comparison())).toMatch(/10% +12%$/)
    const run = finishedRun('pytorch', 0)
    const withoutWaiting = { ...run, seconds: { ...run.seconds, loader: 0 } }
    expect(totalSeconds(run.seconds)).toBe(totalSeconds(withoutWaiting.seconds))
  })

  test('have the parts of a step, phase by phase, where the runs were profiled', () => {
    const parts = {
      phase: 2,
      input: 'pixels',
      transfer: 0.5,
      forward: 20,
      backward: 40,
      optimizer: -0.01,
    } as const
    const runs = [
      finishedRun('tensorflow', 0, { profile: [{ ...parts, steps: 20 }] }),
      finishedRun('tensorflow', 1, { profile: [{ ...parts, steps: 7, forward: 22 }] }),
      finishedRun('pytorch', 0, { profile: [{ ...parts, steps: 20, forward: 15 }] }),
    ]
    const report = renderComparison(comparison({ runs }), plain)
    expect(report).toContain('Milliseconds a step in phase 2')
    expect(lineWith('  forward', comparison({ runs }))).toMatch(/21\.00 +15\.00$/)
    expect(lineWith('  optimizer  ', comparison({ runs }))).toMatch(/-0\.01 +-0\.01$/)
    expect(report.replaceAll(/\s+/g, ' ')).toContain('medians of 7 to 20 steps')
    expect(renderComparison(comparison(), plain)).not.toContain('Milliseconds')
  })

  test('mark the times of a framework whose every run others disturbed, and no memory', () => {
    const runs = [
      finishedRun('tensorflow', 0, { othersCpuShare: 0.34 }),
      finishedRun('pytorch', 0, { othersCpuShare: 0.09 }),
      finishedRun('pytorch', 1, { othersCpuShare: null }),
    ]
    const disturbed = comparison({ runs })
    expect(lineWith('  train  ', disturbed)).toMatch(/\d \* +\d+\.\d+$/)
    expect(lineWith('  peak', disturbed)).not.toContain('*')
    const report = renderComparison(disturbed, { color: false, columns: 100 }).replaceAll(/\s+/g, ' ')
    expect(report).toContain(
      '* Not comparable, because others used the processors meanwhile: TensorFlow seed 0 (34%).',
    )
    expect(report).toContain('Figures are means of 1 run of TensorFlow and 2 runs of PyTorch')
    expect(renderComparison(comparison(), plain)).not.toContain('others used')
  })

  test('leave out the runs that others disturbed where there are quiet ones', () => {
    const quiet = finishedRun('pytorch', 0)
    const slow = { ...quiet.seconds, train: 10 * quiet.seconds.train }
    const runs = [
      finishedRun('tensorflow', 0),
      quiet,
      finishedRun('pytorch', 1, { othersCpuShare: 0.5, seconds: slow }),
    ]
    const mixed = comparison({ runs })
    expect(lineWith('  train  ', mixed)).toBe(lineWith('  train  ', comparison({ runs: runs.slice(0, 2) })))
    const report = renderComparison(mixed, { color: false, columns: 100 }).replaceAll(/\s+/g, ' ')
    expect(report).toContain(
      'Left out, because others used the processors meanwhile: the times of PyTorch seed 1 (50%).',
    )
    expect(report).toContain('Figures are means of 1 run a framework')
  })

  test('say where no pair of runs was left in peace that there is no ratio to give', () => {
    const runs = [finishedRun('tensorflow', 0, { othersCpuShare: 0.34 }), finishedRun('pytorch', 0)]
    const { throughput } = comparison()
    const report = renderComparison(comparison({ runs, throughput: { ...throughput, ratio: null } }), plain)
    expect(report.replaceAll(/\s+/g, ' ')).toContain(
      'No seed has two runs to compare without 1 run that other programs disturbed.',
    )
  })

  test('say whose features came from the cache', () => {
    const cached = finishedRun('pytorch', 1, { featureImagesPerSecond: null })
    const phases = cached.facts.phases.map((phase) => ({ ...phase, features: 'cached' as const }))
    const runs = [finishedRun('tensorflow', 1), { ...cached, facts: { ...cached.facts, phases } }]
    const report = renderComparison(comparison({ runs }), plain).replaceAll(/\s+/g, ' ')
    expect(report).toContain('Features came from the cache')
    expect(report).toContain('to compute them: PyTorch seed 1.')
    expect(renderComparison(comparison(), plain)).not.toContain('cache')
  })

  test('name the seeds of a framework together, where a note is about several', () => {
    const runs = comparison().runs.map((run) => {
      const cached = finishedRun(run.framework, run.seed, { othersCpuShare: 0.5 })
      const phases = cached.facts.phases.map((phase) => ({ ...phase, features: 'cached' as const }))
      return { ...cached, facts: { ...cached.facts, phases } }
    })
    const report = renderComparison(comparison({ runs }), plain).replaceAll(/\s+/g, ' ')
    expect(report).toContain('to compute them: TensorFlow seeds 0, 1; PyTorch seeds 0, 1.')
    expect(report).toContain(
      'meanwhile: TensorFlow seed 0 (50%), seed 1 (50%); PyTorch seed 0 (50%), seed 1 (50%).',
    )
  })

  test('the seconds to compute features are of the runs that did', () => {
    const cached = finishedRun('pytorch', 1, { featureImagesPerSecond: null })
    const runs = [
      finishedRun('tensorflow', 0),
      finishedRun('pytorch', 0),
      { ...cached, seconds: { ...cached.seconds, features: 0.1 } },
    ]
    const report = renderComparison(comparison({ runs }), plain)
    expect(report).toMatch(/compute features +7\.70 +8\.40/)
    expect(report.replaceAll(/\s+/g, ' ')).toContain(
      'Figures are means of 1 run of TensorFlow and 2 runs of PyTorch; memory is the largest.',
    )
  })

  test('parts that no run had are left out', () => {
    const runs = (['tensorflow', 'pytorch'] as const).map((framework) => {
      const run = finishedRun(framework, 0, { featureImagesPerSecond: null })
      return { ...run, seconds: { ...run.seconds, features: 0 } }
    })
    const report = renderComparison(comparison({ runs }), plain)
    expect(report).not.toContain('compute features')
    expect(report).not.toContain('feature pass')
  })

  test('are given a winner only when the comparison has one', () => {
    const { metrics } = comparison()
    const difference = {
      mean: 0.012,
      interval: [0.008, 0.016] as [number, number],
      level: 0.969,
      pValue: 0.03125,
      adjustedPValue: null,
      moreSeeds: { difference: 0, equivalence: null },
      pairs: 6,
      verdict: 'tensorflow' as const,
      reason: 'p = 0.031 over 6 pairs; TensorFlow has the higher accuracy on this test set.',
    }
    const decided = comparison({ metrics: { ...metrics, accuracy: { ...metrics.accuracy, difference } } })
    const report = renderComparison(decided, { color: false, columns: 100 })
    expect(report).toContain('accuracy      6    +1.20      +0.80 to +1.60  96.9%  0.031       –  % points')
    expect(report).toContain(
      'accuracy  TensorFlow: p = 0.031 over 6 pairs; TensorFlow has the higher accuracy on this test set.',
    )
    expect(verdictLine(decided)).toContain('TensorFlow: p = 0.031 over 6 pairs')
    expect(report).toMatch(/accuracy +shown +–/)
  })
})

test('five classes or fewer have no top-5', () => {
  expect(renderComparison(comparison(), plain)).toContain('top-5')
  const { metrics } = comparison()
  const { topFiveAccuracy } = metricsWithout(metrics, 'tensorflow', 'pytorch', 'difference')
  const runs = comparison().runs.map((run) =>
    run.status === 'finished' ? { ...run, test: { ...run.test, topFiveAccuracy: null } } : run,
  )
  const few = comparison({ runs, metrics: { ...metrics, topFiveAccuracy } })
  expect(renderComparison(few, plain)).not.toContain('top-5')

  const ofTopFive = comparison({ ...few, primaryMetric: 'topFiveAccuracy' })
  expect(renderComparison(ofTopFive, plain)).toContain('top-5  no verdict, since no run has this metric.')
  expect(verdictLine(ofTopFive)).toBe('Test top-5: no verdict, since no run has this metric.')
})

test('the verdict is of the primary metric alone, for this test set', () => {
  const [, verdicts = ''] = renderComparison(comparison(), plain).split(/Verdict\n|Test\n/)
  expect(verdicts).toContain('accuracy  inconclusive: 2 pairs')
  expect(verdicts).toMatch(
    /The verdict is about accuracy alone, for this test set; the seeds vary init,\s+order,\s+augmentation\./,
  )
  expect(verdicts).not.toMatch(/loss|macro F1|top-5|ECE/)
})

test('the line for those who want no more is of the primary metric', () => {
  const { metrics } = comparison()
  const difference = { ...metrics.accuracy.difference, mean: -0.0015 } as Difference
  const ofLoss = comparison({
    primaryMetric: 'loss',
    metrics: { ...metrics, loss: { ...metrics.loss, difference } },
  })
  expect(verdictLine(ofLoss)).toBe(
    'Test loss: TensorFlow 0.4117, PyTorch 0.4132 – inconclusive: 2 pairs; a winner needs at least six.',
  )
})

test('the seeds that another comparison would need stand beside what is shown already', () => {
  const [, seeds = ''] = renderComparison(comparison(), plain).split('Seeds to add\n')
  expect(seeds).toMatch(/accuracy +4 +3\n/)
  expect(seeds).toMatch(/top-5 +– +–\n/)
  expect(seeds).toMatch(/loss +6 +–\n/)
})

test('speed is compared as a ratio', () => {
  expect(renderComparison(comparison(), plain)).toMatch(
    /images a second +2 +1\.16 +1\.12 to 1\.19 +50\.0% +0\.500/,
  )
  expect(renderComparison(trainingOnly(), plain)).not.toContain('TensorFlow over PyTorch')
})

test('from three seeds on, a framework has its least, middle and largest values', () => {
  const least = /min +85\.62%/
  expect(renderComparison(comparison(), plain)).not.toMatch(least)
  const runs = [...comparison().runs, finishedRun('tensorflow', 2)]
  const unpaired = renderComparison(comparison({ runs }), plain)
  expect(unpaired).not.toMatch(least)
  expect(unpaired).toMatch(/mean of 2 pairs +/)
  const paired = comparison({ runs: [...runs, finishedRun('pytorch', 2)] })
  expect(renderComparison(paired, plain)).toMatch(least)
})

test('one pair has a difference without interval and p-value', () => {
  const { metrics } = comparison()
  const reason = '1 pair; a winner needs at least six.'
  const alone = {
    interval: null,
    level: null,
    pValue: null,
    adjustedPValue: null,
    moreSeeds: { difference: 5, equivalence: 4 },
    pairs: 1,
    verdict: 'inconclusive' as const,
    reason,
  }
  const report = renderComparison(
    comparison({
      metrics: {
        ...metricsWithout(metrics, 'difference'),
        accuracy: { ...metrics.accuracy, difference: { mean: 0.003, ...alone } },
      },
    }),
    plain,
  )
  expect(report).toMatch(/accuracy +1 +\+0\.30 +– +– +– +– +% points/)
})

test('idiomatic mode says that the two do different work by intent', () => {
  const said = /do\s+different\s+work\s+by\s+intent/
  expect(renderComparison(comparison({ mode: 'idiomatic' }), plain)).toMatch(said)
  expect(renderComparison(comparison(), plain)).not.toMatch(said)
})

test('the training of one framework is reported without anything of a comparison', () => {
  const report = renderComparison(trainingOnly(), plain)
  expect(report).toContain('PyTorch\n    seed 0')
  expect(report).not.toMatch(/TensorFlow|contract|Verdict/)
  expect(verdictLine(trainingOnly())).toBe('Test accuracy: PyTorch 85.60%')
})

describe('runs that failed', () => {
  const report = renderComparison(withFailures(), plain)

  test('stand in the table, and each failure once with its seeds, code and hint', () => {
    expect(report).toMatch(/PyTorch\n +seed 0 +failed/)
    expect(report.match(/The loss became NaN at step 41 of epoch 2/g)).toHaveLength(1)
    expect(report).toContain('PyTorch seeds 0, 1')
    expect(report).toContain('(LOSS_NOT_FINITE)')
    expect(report).toContain('Hint: Lower training.phases[0].optimizer.learningRate.')
    expect(report).toMatch(/PyTorch seed 2 +cancelled/)
    expect(report).not.toContain('CANCELLED')
  })

  test("leave the other framework's result in the report, and no contract", () => {
    expect(report).toContain('86.10%')
    expect(report).toContain('None: no seed was finished by both frameworks.')
  })

  test('leave no figures when there is no other', () => {
    const runs = withFailures().runs.filter((run) => run.framework === 'pytorch')
    const { metrics } = withFailures()
    const failed = comparison({
      runs,
      contract: [],
      metrics: metricsWithout(metrics, 'tensorflow'),
    })
    expect(renderComparison(failed, plain)).not.toContain('Speed and memory')
    expect(verdictLine(failed)).toBe('No run finished.')
  })
})

function lineWith(text: string, of: ReturnType<typeof comparison>): string {
  return (
    renderComparison(of, plain)
      .split('\n')
      .find((line) => line.includes(text)) ?? ''
  )
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}

test('a framework that ran alone and learned nothing has that for a verdict', () => {
  const alone = trainingOnly()
  const runs = alone.runs.map((run) =>
    run.status === 'finished' ? { ...run, test: { ...run.test, loss: 763 } } : run,
  )
  expect(renderComparison({ ...alone, runs }, plain)).toMatch(
    /Not trained\n+.*PyTorch diverged in 2 of 2 runs/,
  )
})
