import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findComparison } from '../../../src/run/folder/find.js'
import { findModels, type WantedModel } from '../../../src/run/one-off/find-model.js'
import type { Framework } from '../../../src/spec/schema.js'
import { failedRun, finishedRun, lossNotFinite } from '../../report/comparison.js'

const runs = mkdtempSync(path.join(tmpdir(), 'twintune-models-'))
afterAll(() => rmSync(runs, { recursive: true }))

const planned = (['tensorflow', 'pytorch'] as const).flatMap((framework) =>
  [4, 5, 6].map((seed) => ({ framework, seed })),
)
const folder = path.join(runs, 'cats-k3f9')
mkdirSync(folder)
writeFileSync(
  path.join(folder, 'events.jsonl'),
  `${JSON.stringify({
    type: 'comparison-started',
    time: '2026-11-24T10:15:00.000Z',
    experiment: 'cats',
    mode: 'aligned',
    comparisonDirectory: folder,
    runs: planned,
  })}\n`,
)
writeResult('tensorflow', 4, 'failed')
for (const [framework, seed] of [
  ['tensorflow', 5],
  ['tensorflow', 6],
  ['pytorch', 4],
  ['pytorch', 5],
] as const)
  writeResult(framework, seed, 'finished')

const find = async (named: string, wanted: WantedModel) =>
  findModels(await findComparison(named, runs), wanted)

describe('the models of a comparison', () => {
  it('are those of the first seed that all frameworks have finished', async () => {
    const found = await find('k3f9', {})
    expect(found.map(({ framework, seed }) => [framework, seed])).toEqual([
      ['tensorflow', 5],
      ['pytorch', 5],
    ])
    expect(found[1]?.digest).toBe(finishedRun('pytorch', 5).modelDigest)
    expect(found[1]?.file).toBe(path.join(folder, 'pytorch-seed5', 'model', 'model.safetensors'))
  })

  it('are those of the framework and the seed that are wanted', async () => {
    expect(await find('latest', { framework: 'pytorch' })).toMatchObject([{ seed: 4 }])
    expect(await find(folder, { seed: 6 })).toMatchObject([{ framework: 'tensorflow', seed: 6 }])
  })

  it('are refused where no such run has finished, with the seeds that have', async () => {
    await expect(find('latest', { framework: 'tensorflow', seed: 4 })).rejects.toMatchObject({
      failure: {
        code: 'MODEL_UNUSABLE',
        message: 'The comparison cats-k3f9 has no finished run of TensorFlow with the seed 4.',
        hint: 'Use one of the finished seeds: 5, 6.',
      },
    })
  })

  it('are refused where the folder of a model is a link, which could lead anywhere', async () => {
    const model = path.join(folder, 'tensorflow-seed6', 'model')
    rmSync(model, { recursive: true })
    symlinkSync(path.join(folder, 'tensorflow-seed5', 'model'), model)
    await expect(find('latest', { seed: 6 })).rejects.toMatchObject({
      failure: { code: 'MODEL_UNUSABLE', message: expect.stringContaining(model) },
    })
  })
})

function writeResult(framework: Framework, seed: number, status: 'finished' | 'failed'): void {
  const ofRun = path.join(folder, `${framework}-seed${seed}`)
  mkdirSync(path.join(ofRun, 'model'), { recursive: true })
  const result =
    status === 'finished' ? finishedRun(framework, seed) : failedRun(framework, seed, lossNotFinite)
  writeFileSync(path.join(ofRun, 'result.json'), JSON.stringify(result))
}
