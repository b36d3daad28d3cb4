import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import { addPredictOptions } from '../../../src/cli/model-options.js'
import { cancelled, TwintuneError } from '../../../src/failure.js'
import { openModel } from '../../../src/run/one-off/trained-model.js'

// A worker that answers what a test tells it to: real ones predict in test/integration/compare.test.ts.

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-model-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { request, stopped, state } = vi.hoisted(() => ({
  request: vi.fn(),
  stopped: vi.fn(),
  state: { living: true },
}))
vi.mock('../../../src/run/workers/temporary-worker.js', () => ({
  withTemporaryWorker: async (_: string, use: (worker: unknown, folder: string) => Promise<unknown>) => {
    state.living = true
    const worker = {
      request,
      get living() {
        return state.living
      },
    }
    try {
      return await use(worker, folder)
    } finally {
      stopped()
    }
  },
}))
vi.mock('../../../src/run/workers/framework-worker.js', () => ({ FrameworkWorker: { warmUp: vi.fn() } }))

const cat = { top: [{ class: 'cat', probability: 1 }], problem: null }
const unreadable = { top: [], problem: 'the file is empty' }
const loaded = { model: { classes: ['cat'] }, device: 'cpu' }
const died = new TwintuneError({ code: 'PYTHON_DIED', message: 'Python was killed.' })

beforeEach(() => {
  request.mockReset()
  stopped.mockReset()
})

it('asks with absolute paths, has the predictions under the names that were given, and stops when it is closed', async () => {
  const model = await open()
  request.mockResolvedValueOnce({ predictions: [cat, unreadable] })
  expect(await model.predict(['a.png', '/photos/b.png'], { top: 2, batchSize: 8 })).toEqual([
    { image: 'a.png', ...cat },
    { image: '/photos/b.png', ...unreadable },
  ])
  const images = [path.resolve('a.png'), '/photos/b.png']
  expect(request.mock.lastCall?.[1]).toEqual({ images, top: 2, batchSize: 8 })
  expect(stopped).not.toHaveBeenCalled()
  await model.close()
  expect(stopped).toHaveBeenCalledOnce()
  await model.close()
  await expect(model.predict(['a.png'])).rejects.toThrow('was closed')
})

it('gives bytes to Python as files, which are gone afterwards', async () => {
  const model = await open()
  let content: string[] = []
  request.mockImplementationOnce(async (_: unknown, { images }: { images: string[] }) => {
    content = images.map((image) => readFileSync(image, 'utf8'))
    return { predictions: [cat, cat] }
  })
  const predictions = await model.predict([Buffer.from('first'), Buffer.from('second')])
  expect(content).toEqual(['first', 'second'])
  expect(predictions.map(({ image }) => image)).toEqual([null, null])
  expect(readdirSync(folder)).toEqual([])
  await model.close()
})

it('rejects as Python has died, and closes all the same', async () => {
  const model = await open()
  request.mockRejectedValue(died)
  await expect(model.predict(['a.png', Buffer.from('bytes')])).rejects.toBe(died)
  await expect(model.predict(['a.png'])).rejects.toBe(died)
  expect(readdirSync(folder)).toEqual([])
  await model[Symbol.asyncDispose]()
  expect(stopped).toHaveBeenCalledOnce()
})

it('loads the model anew for the next call where a cancelled one has ended Python', async () => {
  const model = await open()
  const cancelling = new AbortController()
  const untilEnded = () =>
    new Promise((_, reject) => {
      cancelling.signal.addEventListener('abort', () => {
        state.living = false
        reject(new TwintuneError(cancelled))
      })
    })
  request.mockImplementationOnce(untilEnded).mockImplementationOnce(untilEnded)
  const first = model.predict(['a.png'], { signal: cancelling.signal })
  // The second call waits for its turn, and loses its worker through no fault of its own.
  const second = model.predict(['b.png'])
  await vi.waitFor(() => expect(request).toHaveBeenCalledTimes(3))
  request.mockResolvedValueOnce(loaded).mockResolvedValue({ predictions: [cat] })
  cancelling.abort()
  await expect(first).rejects.toThrow('Cancelled')
  expect(await second).toEqual([{ image: 'b.png', ...cat }])
  expect(await model.predict(['c.png'])).toEqual([{ image: 'c.png', ...cat }])
  expect(stopped).toHaveBeenCalledOnce()
  await model.close()
  expect(stopped).toHaveBeenCalledTimes(2)
})

it('asks the same Python again where it has stopped by itself when it was cancelled', async () => {
  const model = await open()
  const cancelling = new AbortController()
  request.mockImplementationOnce(async () => {
    cancelling.abort()
    throw new TwintuneError(cancelled)
  })
  await expect(model.predict(['a.png'], { signal: cancelling.signal })).rejects.toThrow('Cancelled')
  request.mockResolvedValueOnce({ predictions: [cat] })
  expect(await model.predict(['a.png'])).toHaveLength(1)
  expect(stopped).not.toHaveBeenCalled()
  await model.close()
})

it('rejects where the model cannot be loaded, and leaves no worker', async () => {
  const unusable = new TwintuneError({ code: 'MODEL_UNUSABLE', message: 'It is damaged.' })
  request.mockRejectedValueOnce(unusable)
  await expect(openIt()).rejects.toBe(unusable)
  expect(stopped).toHaveBeenCalledOnce()
})

it.each([
  ['a path alone', 'photo.jpg', 'not the text photo.jpg'],
  ['nothing', undefined, 'not undefined'],
  ['numbers', [1], 'not a list of anything else'],
])('refuses %s, and says how images are given', async (_, images, words) => {
  const model = await open()
  const asked = request.mock.calls.length
  await expect(model.predict(images as unknown as string[])).rejects.toMatchObject({
    failure: {
      code: 'SPEC_INVALID',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('['),
    },
  })
  expect(request.mock.calls.length).toBe(asked)
  await model.close()
})

it('asks for as many classes and images at once as the command does', async () => {
  const model = await open()
  request.mockResolvedValueOnce({ predictions: [cat] })
  await model.predict(['/a.png'])
  const asked = addPredictOptions(new Command()).opts()
  expect(request.mock.lastCall?.[1]).toMatchObject({ top: asked.top, batchSize: asked.batchSize })
  await model.close()
})

it('asks nothing for no images, and refuses a number that is none', async () => {
  const model = await open()
  const asked = request.mock.calls.length
  expect(await model.predict([])).toEqual([])
  await expect(model.predict(['a.png'], { top: 0 })).rejects.toThrow('top must be a whole number')
  await expect(model.predict(['a.png'], { batchSize: 1.5 })).rejects.toThrow('batchSize must be')
  expect(request.mock.calls.length).toBe(asked)
  await model.close()
})

function open(): ReturnType<typeof openModel> {
  request.mockResolvedValueOnce(loaded)
  return openIt()
}

function openIt(): ReturnType<typeof openModel> {
  const found = {
    framework: 'pytorch',
    seed: 0,
    mode: 'aligned',
    file: '/runs/model.safetensors',
    digest: 'a',
  } as const
  return openModel(found, { device: 'cpu', signal: new AbortController().signal })
}
