import { describe, expect, test } from 'vitest'
import type { Comparison, Difference } from '../../src/compare/comparison.js'
import type { Verdict } from '../../src/compare/verdict.js'
import type { Details } from '../../src/page/details.js'
import { verdictSentence } from '../../src/page/headline.js'
import { type ReportPage, renderReportPage } from '../../src/page/report-page.js'
import { comparison, finishedRun, trainingOnly, withFailures } from '../report/comparison.js'

const noDetails: Details = { evaluations: [], disagreements: null, thumbnails: new Map() }

/** The page of a comparison without its style sheet. */
function pageOf(of: Comparison, changes: Partial<ReportPage> = {}): string {
  const source = {
    specification: 'name: fashion-frozen',
    environment: '{"node":"v20"}',
    comparison: JSON.stringify(of),
  }
  const page = renderReportPage({
    name: 'fashion-frozen-20261124-101500-k3f9',
    startedAt: '2026-11-24T10:15:00.000Z',
    comparison: of,
    altered: [],
    ladder: null,
    source,
    details: noDetails,
    ...changes,
  })
  return page.replace(/<style>.*?<\/style>/s, '')
}

/** The text that a reader sees. */
function textOf(page: string): string {
  return page
    .replaceAll(/<\/?bdi>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

function topLoss(image: string, loss: number) {
  return { image, label: 'cat', predicted: 'dog', probability: 0.9, loss }
}

function withVerdict(verdict: Verdict): Comparison {
  const { metrics } = comparison()
  const { accuracy } = metrics
  if (accuracy.difference === null) throw new Error('no difference')
  return comparison({
    metrics: { ...metrics, accuracy: { ...accuracy, difference: { ...accuracy.difference, verdict } } },
  })
}

describe('the report of a comparison', () => {
  const page = pageOf(comparison())
  const text = textOf(page)

  test('has every row of the contract with its evidence', () => {
    for (const { ingredient, state, evidence } of comparison().contract)
      expect(text).toContain(`${ingredient} ${state} ${evidence}`.replaceAll(/\s+/g, ' '))
  })

  test('asks nothing of a network, and has no script', () => {
    expect(page).not.toMatch(/<script|\ssrc=|<link|url\((?!#)|@import/)
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\//)
    expect(page).toContain("default-src 'none'")
  })

  test('draws each seed, the difference and the curves, and has their figures in a table', () => {
    const learning = [1, 2].map((epoch) => ({
      ...{ phase: epoch, epoch: 1, learningRate: 1e-3, seconds: 1, imagesPerSecond: 100 },
      train: { loss: 1 / epoch, accuracy: 0.5 },
      validation: comparison().runs[0]?.test ?? null,
    }))
    const runs = [
      finishedRun('tensorflow', 0, { epochs: learning }),
      finishedRun('pytorch', 0, { epochs: learning }),
    ]
    const drawn = pageOf(comparison({ runs }))
    expect(textOf(drawn)).toMatch(/phase 2, epoch 1 0\.5000 0\.5000 .* 1\.00e-3 1\.00e-3/)
    const drawings = drawn.match(/<svg.*?<\/svg>/gs) ?? []
    expect(drawings.length).toBeGreaterThanOrEqual(5)
    for (const drawing of drawings) {
      expect(drawing).toContain('viewBox')
      expect(drawing).not.toMatch(/NaN|Infinity|undefined/)
    }
  })

  test('has no text that a browser would take for a tag', () => {
    const hostile = '<img src=x onerror=alert(1)>'
    const contract = [{ ingredient: hostile, state: 'different' as const, evidence: hostile }]
    const runs = comparison().runs.map((run) => ({ ...run, classes: [hostile] }))
    const injected = pageOf(comparison({ experiment: hostile, contract, runs, vary: ['init'] }), {
      name: hostile,
      source: { specification: hostile, environment: hostile, comparison: hostile },
    })
    expect(injected).not.toContain('<img')
    expect(injected).toContain('&lt;img src=x onerror=alert(1)>')
  })
})

test.each([
  ['tensorflow', 'TensorFlow does better.'],
  ['pytorch', 'PyTorch does better.'],
  ['equivalent', 'The two frameworks are equivalent.'],
  ['inconclusive', 'These runs can’t tell the two frameworks apart'],
  ['different work', 'The frameworks did different work, so there is no winner.'],
  ['not trained', 'The models were not trained, so there is nothing to compare.'],
] as const)('the verdict %s is a sentence that a stranger understands', (verdict, sentence) => {
  expect(textOf(pageOf(withVerdict(verdict)))).toContain(sentence)
})

test('a framework that was trained alone has its accuracy for a verdict, and nothing of a comparison', () => {
  const text = textOf(pageOf(trainingOnly()))
  expect(text).toMatch(/PyTorch: \d\d\.\d\d% accuracy/)
  expect(text).not.toMatch(/TensorFlow minus PyTorch, percentage|contract rows/)
})

test('runs without a result are counted at the top, and say why in the list of runs', () => {
  const text = textOf(pageOf(withFailures()))
  expect(text).toMatch(/! \d runs? without a result/)
  expect(text).toContain('failed: ')
})

test('checks that failed are said beside the verdict, with the command that makes them', () => {
  const unjudged = [{ seed: 0, code: 'PYTHON_DIED' as const, message: 'PyTorch could not judge seed 0.' }]
  expect(textOf(pageOf(comparison({ unjudged })))).toMatch(
    /Checks are missing: PyTorch could not judge seed 0\. .*twintune resume fashion-frozen-20261124-101500-k3f9/,
  )
})

test('a metric that no run has is no verdict, though there are pairs', () => {
  const { metrics } = comparison()
  const nothing = { tensorflow: null, pytorch: null, difference: null }
  const text = textOf(
    pageOf(
      comparison({ primaryMetric: 'topFiveAccuracy', metrics: { ...metrics, topFiveAccuracy: nothing } }),
    ),
  )
  expect(text).toContain('There is no verdict, since no run has this metric.')
})

test('nothing is called good where nobody knows, or where there is nothing', () => {
  const runs = comparison().runs.map((run) => finishedRun(run.framework, run.seed, { othersCpuShare: null }))
  const text = textOf(pageOf(comparison({ runs, contract: [] })))
  expect(text).toContain('! 4 runs that something else on the machine may have disturbed')
  expect(text).toContain('! no seed with both frameworks to hold a contract over')
  expect(text).not.toContain('no run disturbed by other programs')
})

test('runs that other programs disturbed are counted at the top', () => {
  const runs = [finishedRun('tensorflow', 0, { othersCpuShare: 0.5 }), finishedRun('pytorch', 0)]
  expect(textOf(pageOf(comparison({ runs })))).toContain('! 1 run disturbed by other programs')
})

test('the ladder is told of, whether it was climbed or not', () => {
  const startedAt = '2026-11-23T10:15:00.000Z'
  const told = (ladder: ReportPage['ladder']) => textOf(pageOf(comparison(), { ladder }))
  expect(told({ startedAt, passed: true })).toContain(
    '✓ every rung of the parity ladder holds (2026-11-23 UTC)',
  )
  expect(told({ startedAt, passed: false })).toContain('! a rung of the parity ladder fails (2026-11-23 UTC)')
  expect(told(null)).toContain('○ parity ladder not climbed: twintune verify')
  expect(textOf(pageOf(comparison({ mode: 'idiomatic' })))).not.toContain('parity ladder')
})

test('a result that was altered is told of, in place of its verdict', () => {
  const text = textOf(pageOf(comparison(), { altered: ['comparison.json'] }))
  expect(text).toContain('comparison.json was changed after it was written')
  expect(text).toContain('! comparison.json was lost or changed')
  expect(text).not.toContain(verdictSentence(comparison()))
})

test('the interval of equivalence stands by itself, against the margin', () => {
  const { metrics } = comparison()
  const withDifference = (changes: Partial<Difference>) => {
    const difference = { ...(metrics.accuracy.difference as Difference), ...changes }
    return textOf(
      pageOf(comparison({ metrics: { ...metrics, accuracy: { ...metrics.accuracy, difference } } })),
    )
  }
  const equivalence = { interval: [-0.002, 0.003] as [number, number], level: 0.90625 }
  const text = withDifference({ margin: 0.005, equivalence })
  expect(text).toContain('equivalence: 90.6% interval')
  expect(text).toContain('within the margin')
  expect(withDifference({ margin: null, equivalence: null })).toContain('There is no margin')
})

test('the seeds that would settle the question are estimated, where they can be', () => {
  expect(textOf(pageOf(comparison()))).toContain(
    'a power of 80% takes about 4 more seeds to show a difference, or 3 more seeds to show equivalence',
  )
  // The command adds as many as the nearer of the two takes.
  expect(textOf(pageOf(comparison()))).toMatch(/twintune extend \S+ --seeds 2\.\.4 adds them/)
})

test('a later look is said to be one, with what it asks of a verdict', () => {
  const earlier = { seeds: [0], pairs: 6, significance: 0.05, equivalence: 0.05 }
  const looks = [earlier, { seeds: [0, 1], pairs: 12, significance: 0.009375, equivalence: 0.0015625 }]
  const text = textOf(pageOf(comparison({ looks })))
  expect(textOf(pageOf(comparison({ looks: [{ ...earlier, pairs: 1 }, ...looks.slice(1)] })))).toContain(
    'after 1 pair had been seen',
  )
  expect(text).toContain('This is look 2 at the result: seeds were added after 6 pairs had been seen.')
  expect(text).toContain('a winner needs p &lt; 0.0094 here, and equivalence an interval of 99.69%')
  expect(textOf(pageOf(comparison({ looks: [earlier] })))).not.toContain('look 1')
})

test('the noise of each framework stands beside the distance of the two, where runs were repeated', () => {
  const distance = { mean: 0.002, largest: 0.004, pairs: 2 }
  const row = { tensorflow: { ...distance, mean: 0, largest: 0 }, pytorch: distance, between: distance }
  const noise = {
    ...{ accuracy: row, topFiveAccuracy: row, macroF1: row, loss: row, calibrationError: row },
    ...{ firstStepLoss: row, differentImages: row },
    sameModel: { tensorflow: true, pytorch: false },
    unlike: { tensorflow: [], pytorch: [] },
  }
  const text = textOf(pageOf(comparison({ noise })))
  expect(text).toContain(
    'figure TensorFlow twice PyTorch twice the two unit accuracy 0 (0) 0.2 (0.4) 0.2 (0.4) % points',
  )
  expect(textOf(pageOf(comparison()))).not.toContain('the same seed twice')
})

describe('the details of the runs', () => {
  const evaluation = {
    classes: ['cat', 'dog'],
    confusion: [
      [3, 1],
      [0, 4],
    ],
    perClass: [
      { class: 'cat', precision: 1, recall: 0.75, f1: 0.8571, support: 4 },
      { class: 'dog', precision: 0.8, recall: 1, f1: null, support: 4 },
    ],
    topLosses: [topLoss('pets/cat/7.png', 3.2), topLoss('pets/cat/9.png', 1)],
    calibration: [
      { images: 0, confidence: null, accuracy: null },
      { images: 8, confidence: 0.8, accuracy: 0.875 },
    ],
  }
  const other = {
    ...evaluation,
    confusion: [
      [2, 2],
      [0, 4],
    ],
    topLosses: [topLoss('pets/cat/7.png', 3.6)],
  }
  const evaluations = [
    { framework: 'tensorflow' as const, seed: 0, evaluation },
    { framework: 'pytorch' as const, seed: 0, evaluation: other },
  ]

  test('have the F1 of each class, its difference, and what each framework takes a class for', () => {
    const text = textOf(pageOf(comparison(), { details: { ...noDetails, evaluations } }))
    expect(text).toContain('cat 4 85.71% 85.71% 0.00')
    expect(text).toContain('dog 4 – – –')
    expect(text).toContain('TensorFlow class cat dog cat 3 1 dog 4')
    expect(text).toContain('PyTorch class cat dog cat 2 2 dog 4')
    expect(text).toContain('TensorFlow minus PyTorch class cat dog cat +1 -1 dog')
  })

  test('name the images that most runs are most wrong about first, with the mean of their losses', () => {
    const text = textOf(pageOf(comparison(), { details: { ...noDetails, evaluations } }))
    expect(text).toContain(
      'image label taken for loss TensorFlow PyTorch 7.png cat dog 3.4000 1 of 1 1 of 1 9.png cat dog 1.0000 1 of 1 0 of 1',
    )
  })

  test('draw the calibration where the tests have it, as those of earlier versions have not', () => {
    expect(textOf(pageOf(comparison(), { details: { ...noDetails, evaluations } }))).toContain(
      'probability of the answer, %',
    )
    const earlier = evaluations.map((run) => ({ ...run, evaluation: { ...run.evaluation, calibration: [] } }))
    expect(textOf(pageOf(comparison(), { details: { ...noDetails, evaluations: earlier } }))).not.toContain(
      'Calibration',
    )
  })

  test('are compared over the seeds that both frameworks have, TensorFlow first', () => {
    const better = { ...evaluation, perClass: evaluation.perClass.map((score) => ({ ...score, f1: 0.9 })) }
    const uneven = [
      { framework: 'pytorch' as const, seed: 0, evaluation },
      { framework: 'pytorch' as const, seed: 1, evaluation: better },
      { framework: 'tensorflow' as const, seed: 1, evaluation: better },
    ]
    const text = textOf(pageOf(comparison(), { details: { ...noDetails, evaluations: uneven } }))
    expect(text).toContain(
      'class images TensorFlow PyTorch TensorFlow minus PyTorch, % points cat 4 90.00% 90.00% 0.00',
    )
  })

  test('have no difference where the frameworks finished other seeds', () => {
    const apart = [
      { framework: 'tensorflow' as const, seed: 0, evaluation },
      { framework: 'pytorch' as const, seed: 1, evaluation: other },
    ]
    const text = textOf(pageOf(comparison(), { details: { ...noDetails, evaluations: apart } }))
    expect(text).toContain('means over the runs whose tests are there: 1 run of TensorFlow, 1 run of PyTorch')
    expect(text).toContain('class images TensorFlow PyTorch cat 4')
    expect(text).not.toContain('TensorFlow minus PyTorch class cat dog')
  })

  test('leave out a matrix that is too wide for a page', () => {
    const classes = Array.from({ length: 21 }, (_, index) => `class ${index}`)
    const wide = evaluations.map((run) => ({
      ...run,
      evaluation: { ...evaluation, classes, confusion: null },
    }))
    const text = textOf(pageOf(comparison(), { details: { ...noDetails, evaluations: wide } }))
    expect(text).toContain('The confusion matrices of 21 classes are in each run’s evaluation.json')
  })

  test('show the images on which the two disagree, with both answers', () => {
    const [counts] = comparison().disagreement
    if (counts === undefined) throw new Error('no disagreement')
    const thumbnail = 'disagreements/seed0/0003.png'
    const listed = [
      {
        ...{ position: 3, image: 'test.parquet row 3', label: 'cat', thumbnail },
        tensorflow: { predicted: 'cat', probability: 0.61 },
        pytorch: { predicted: 'dog', probability: 0.52 },
      },
    ]
    const details: Details = {
      ...noDetails,
      disagreements: { schemaVersion: 1, seeds: [{ ...counts, listed }] },
      thumbnails: new Map([[thumbnail, 'data:image/png;base64,AAAA']]),
    }
    const page = pageOf(comparison(), { details })
    expect(page).toContain('src="data:image/png;base64,AAAA"')
    expect(textOf(page)).toContain('cat TensorFlow: cat, 61% PyTorch: dog, 52%')
  })
})
