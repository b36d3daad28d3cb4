import { describe, expect, it } from 'vitest'
import type { PredictionLine } from '../../src/lines/predict.js'
import { predictionPrinters } from '../../src/report/predictions.js'

const classes = ['cat', 'guinea pig\u001b[2K']
const models = (['tensorflow', 'pytorch'] as const).map((framework) => ({
  framework,
  seed: 0,
  description: { classes },
}))

const line = (image: string, ours: string, theirs: string): PredictionLine => ({
  type: 'prediction',
  image,
  models: [
    { framework: 'tensorflow', seed: 0, top: [{ class: ours, probability: 0.75 }] },
    { framework: 'pytorch', seed: 0, top: [{ class: theirs, probability: 1 }] },
  ],
  differ: ours !== theirs,
  problem: null,
})
const unreadable: PredictionLine = {
  type: 'prediction',
  image: 'c.png',
  models: [],
  differ: false,
  problem: 'the file is empty',
}

describe('the table of predictions', () => {
  it('keeps its columns from batch to batch, and marks where the models differ', () => {
    const [head, ...rows] = printed('table', [
      [line('a.png', 'cat', 'cat')],
      [line('b.png', 'cat', classes[1] ?? ''), unreadable],
    ])
    expect(rows).toHaveLength(3)
    expect(new Set([head, ...rows].map((row) => row?.search(/image|[abc]\.png/))).size).toBe(1)
    expect(rows.map((row) => row.includes('≠'))).toEqual([false, true, false])
    expect(rows[2]).toContain('c.png: the file is empty')
  })

  it('prints no name that a terminal would act on', () => {
    const hostile = line('\u001b[31m\n.png', classes[1] ?? '', 'cat')
    const text = printed('table', [[hostile]]).join('')
    expect(text).not.toContain('\u001b')
    expect(text).toContain('\\x1b[31m\\n.png')
    expect(text).toContain('guinea pig\\x1b[2K')
  })

  it('prints the further classes of an image under the first', () => {
    const top = [
      { class: 'cat', probability: 0.9 },
      { class: 'dog', probability: 0.1 },
    ]
    const both: PredictionLine = {
      ...line('a.png', 'cat', 'cat'),
      models: [{ framework: 'tensorflow', seed: 0, top }],
    }
    expect(
      printed('table', [[both]])
        .slice(1)
        .map((row) => row.trim().split(/\s+/)),
    ).toEqual([
      ['cat', '90.00%', 'a.png'],
      ['dog', '10.00%'],
    ])
  })
})

describe('the CSV of predictions', () => {
  it('has a head once, a row for each model and class, and the problems', () => {
    expect(printed('csv', [[line('a,"b".png', 'cat', 'dog')], [unreadable]])).toEqual([
      'image,framework,seed,rank,class,probability,differ,problem',
      '"a,""b"".png",tensorflow,0,1,cat,0.75,true,',
      '"a,""b"".png",pytorch,0,1,dog,1,true,',
      'c.png,,,,,,false,the file is empty',
    ])
  })

  it('keeps a spreadsheet from computing a name', () => {
    expect(printed('csv', [[line('=1+1', '@cat', 'dog')]])[1]).toBe("'=1+1,tensorflow,0,1,'@cat,0.75,true,")
  })
})

it('JSON lines of predictions are the lines themselves', () => {
  const lines = [line('\u001b.png', 'cat', 'dog'), unreadable]
  expect(printed('jsonl', [lines]).map((text) => JSON.parse(text))).toEqual(lines)
})

function printed(format: keyof typeof predictionPrinters, batches: readonly PredictionLine[][]): string[] {
  const texts: string[] = []
  const print = predictionPrinters[format](models, {
    color: false,
    columns: 80,
    print: (text) => void texts.push(text),
  })
  for (const batch of batches) print(batch)
  return texts.flatMap((text) => text.split('\n'))
}
