import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compare, defineExperiment, type Event, runExperiment } from '../../src/index.js'
import { isAlive, python, temporaryFolder, tinyExperiment, writePictures } from './rig.js'

const folder = temporaryFolder()

beforeAll(() => {
  writePictures(folder)
  process.env.TWINTUNE_PYTHON = python
  process.env.TWINTUNE_CACHE_DIR = path.join(folder, 'cache')
})

describe('compare', () => {
  it('resolves with the comparison, having told of everything', async () => {
    const seen: Event['type'][] = []
    const comparison = await compare(defineExperiment(tinyExperiment(folder)), {
      runsDirectory: path.join(folder, 'runs'),
      onEvent: (event) => seen.push(event.type),
    })
    expect(comparison.metrics.accuracy.difference?.verdict).toBe('inconclusive')
    expect(comparison.metrics.accuracy.tensorflow?.mean).toBeGreaterThanOrEqual(0)
    expect(seen[0]).toBe('comparison-started')
    expect(seen.at(-1)).toBe('comparison-finished')
  })
})

describe('runExperiment', () => {
  it('cancels when its loop is left, and the workers are gone', async () => {
    const endless = tinyExperiment(folder, { training: { phases: [{ epochs: 100_000 }] } })
    const pids: number[] = []
    let runDirectory = ''
    for await (const event of runExperiment(defineExperiment(endless), {
      runsDirectory: path.join(folder, 'runs'),
    })) {
      if (event.type === 'comparison-started') runDirectory = event.runDirectory
      if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
      if (event.type === 'epoch') break
    }
    expect(pids.length).toBeGreaterThan(0)
    expect(pids.some(isAlive)).toBe(false)
    expect(JSON.parse(readFileSync(path.join(runDirectory, 'comparison.json'), 'utf8')).status).toBe(
      'cancelled',
    )
  })
})
