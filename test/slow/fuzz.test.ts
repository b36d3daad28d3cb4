import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { TwintuneError } from '../../src/failure.js'
import { renderComparison } from '../../src/report/terminal-report.js'
import { listComparisons } from '../../src/run/folder/find.js'
import { FolderLock } from '../../src/run/folder/lock.js'
import { readComparison } from '../../src/run/folder/read.js'
import { loadExperiment } from '../../src/spec/load.js'
import { decodeProgress, decodeReply, encodeRequest } from '../../src/worker/crossing.js'
import { temporaryFolder } from '../integration/rig.js'
import { compareEvents } from '../log/events.js'
import { messages } from '../protocol/messages.js'
import { comparison } from '../report/comparison.js'
import { garbled, seed, settings, spoilt } from './fuzz.js'

// Whatever is read gives a value or a failure with a message, and never anything else.

const folder = temporaryFolder()

/** Whether work came to an end, or to a failure that a user can read. */
async function endsWell(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof TwintuneError)) throw error
    expect(error.failure.message).not.toBe('')
  }
}

describe(`a specification, by seed ${seed}`, () => {
  const good = {
    name: 'fuzz',
    mode: 'aligned',
    dataset: {
      source: 'imagefolder',
      train: 'train',
      imageSize: 97,
      augmentation: { horizontalFlip: true, mixup: 0.2 },
    },
    model: { backbone: 'efficientnet_lite0', head: { hidden: [64], dropout: 0.2 } },
    training: {
      batchSize: 32,
      phases: [
        { epochs: 2, optimizer: { name: 'adam', learningRate: 0.001 } },
        { epochs: 3, trainable: { lastStages: 1 }, schedule: { name: 'cosine' } },
      ],
      earlyStopping: { patience: 2 },
    },
    seeds: [0, 1, 2],
  }

  async function load(name: string, text: string, set: readonly string[] = []): Promise<void> {
    writeFileSync(path.join(folder, name), text)
    await endsWell(() => loadExperiment(name, { cwd: folder, set }))
  }

  it('with parts that are others, missing, or there twice', async () => {
    await fc.assert(
      fc.asyncProperty(spoilt(good), (spec) => load('a.json', JSON.stringify(spec) ?? '')),
      settings(3000),
    )
  })

  it('as text that is garbled', async () => {
    await fc.assert(
      fc.asyncProperty(garbled(stringify(good)), (text) => load('a.yaml', text)),
      settings(3000),
    )
    await fc.assert(
      fc.asyncProperty(garbled(JSON.stringify(good)), (text) => load('a.json', text)),
      settings(1500),
    )
  })

  it('with overrides of all kinds', async () => {
    const override = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      garbled('training.phases.0.optimizer.learningRate=0.01'),
      fc
        .tuple(
          fc.constantFrom('seeds', 'training', 'dataset.train', 'model.head', '__proto__.a'),
          fc.string(),
        )
        .map(([at, value]) => `${at}=${value}`),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(override, { maxLength: 4 }), (set) => load('b.yaml', stringify(good), set)),
      settings(2000),
    )
  })
})

describe(`a message of the bridge, by seed ${seed}`, () => {
  const fixtures = new URL('../fixtures/protocol/', import.meta.url)
  const cases = readdirSync(fixtures).map((file) => {
    const [name = '', kind = ''] = file.split('.')
    const message = messages.find((known) => known.name === name)
    if (!message) throw new Error(`there is no message ${name}`)
    const content = JSON.parse(readFileSync(new URL(file, fixtures), 'utf8'))
    return { file, kind, message, value: kind === 'progress' ? content[0] : content }
  })

  it.each(cases)('$file, spoilt', async ({ kind, message, value }) => {
    await fc.assert(
      fc.asyncProperty(spoilt(value), (given) =>
        endsWell(() => {
          const text = JSON.stringify(given) ?? 'null'
          if (kind === 'request') encodeRequest(message, given as never)
          else if (kind === 'progress') decodeProgress(message, text)
          else decodeReply(message, JSON.stringify({ ok: true, result: given }))
        }),
      ),
      settings(100),
    )
  })
})

describe(`a comparison’s folder, by seed ${seed}`, () => {
  const place = path.join(folder, 'runs', 'fuzz')
  mkdirSync(place, { recursive: true })
  const style = { color: true, columns: 80 }

  async function readAll(): Promise<void> {
    const read = await readComparison(place)
    if (read?.comparison) renderComparison(read.comparison, style)
    expect((await listComparisons(path.join(folder, 'runs'))).length).toBeLessThanOrEqual(1)
  }

  it('with a first event that is spoilt or garbled', async () => {
    const [started] = compareEvents()
    const text = fc.oneof(
      spoilt(started).map((event) => `${JSON.stringify(event)}\n`),
      garbled(`${JSON.stringify(started)}\n`),
    )
    const property = fc.asyncProperty(text, async (events) => {
      writeFileSync(path.join(place, 'events.jsonl'), events)
      await endsWell(readAll)
    })
    await fc.assert(property, settings(1500))
  })

  it('with a comparison that is spoilt or garbled', async () => {
    writeFileSync(path.join(place, 'events.jsonl'), `${JSON.stringify(compareEvents()[0])}\n`)
    const text = fc.oneof(
      spoilt(comparison()).map((value) => JSON.stringify(value) ?? ''),
      garbled(JSON.stringify(comparison())),
    )
    const property = fc.asyncProperty(text, async (content) => {
      writeFileSync(path.join(place, 'comparison.json'), content)
      await endsWell(readAll)
    })
    await fc.assert(property, settings(1500))
  })

  it('with a lock that is spoilt or garbled', async () => {
    const lock = { pid: 2 ** 30, host: 'elsewhere', started: null }
    const text = fc.oneof(
      spoilt(lock).map((value) => JSON.stringify(value) ?? ''),
      garbled(JSON.stringify(lock)),
    )
    const property = fc.asyncProperty(text, async (content) => {
      writeFileSync(path.join(place, 'lock.json'), content)
      await endsWell(() => FolderLock.take(place).release())
    })
    await fc.assert(property, settings(1500))
  })
})
