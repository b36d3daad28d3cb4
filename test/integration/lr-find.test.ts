import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type LrFindLine, lrFindLineSchema } from '../../src/lines/lr-find.js'
import { sample, startTwintune, temporaryFolder, writeSpec } from './rig.js'

const folder = temporaryFolder()
const steps = 24
let exitCode: number | undefined
let stderr: string
let sweeps: LrFindLine[]

beforeAll(async () => {
  const spec = writeSpec(folder, {
    name: 'sweep',
    dataset: { source: 'parquet', train: path.join(sample, 'train.parquet'), imageSize: 33 },
    model: { backbone: 'resnet18', weights: 'random', head: { hidden: [16] } },
    training: { batchSize: 8, precision: 'float64', phases: [{ trainable: { lastStages: 1 } }] },
  })
  const ran = await startTwintune(['lr-find', spec, '--steps', String(steps), '--json'], folder)
  ;({ exitCode, stderr } = ran)
  sweeps = ran.stdout.split('\n').map((line) => lrFindLineSchema.parse(JSON.parse(line)))
})

describe('lr-find on the sample', () => {
  it('sweeps both frameworks and ends with 0', () => {
    expect(exitCode).toBe(0)
    expect(sweeps.map(({ framework, seed }) => [framework, seed])).toEqual([
      ['tensorflow', 0],
      ['pytorch', 0],
    ])
    expect(stderr).toContain(`TensorFlow: step 12/${steps}`)
  })

  it('comes to the same curve in both, before it diverges, and to the same suggestions', () => {
    const [first, second] = sweeps.map(({ points }) => points.slice(0, -5))
    expect(first?.length).toBeGreaterThanOrEqual(12)
    expect(first?.length).toBe(second?.length)
    for (const [index, point] of (first ?? []).entries()) {
      const other = second?.[index]
      // float64: rounding has grown from 1e-15 over the steps so far.
      expect(Math.abs(point.loss / (other?.loss ?? 0) - 1)).toBeLessThan(1e-6)
      expect(point.learningRate).toBe(other?.learningRate)
    }
    expect(sweeps[0]?.suggestions).toEqual(sweeps[1]?.suggestions)
    expect(sweeps[0]?.suggestions.valley).toBeGreaterThan(1e-7)
  })

  it('writes the plot of both', () => {
    const file = path.join(folder, 'runs', 'sweep-lr-find.svg')
    const plot = readFileSync(file, 'utf8')
    expect(sweeps[0]?.plot).toBe(file)
    for (const framework of ['tensorflow', 'pytorch'])
      expect(plot).toMatch(new RegExp(`<path [^>]*stroke="var\\(--${framework}\\)"`))
  })

  it('leaves nothing of the training behind', async () => {
    expect((await startTwintune(['list'], folder)).stdout).toBe('No comparisons yet.')
  })
})
