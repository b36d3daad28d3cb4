import { expect, it } from 'vitest'
import type { Silence } from '../../src/worker/silence-watch.js'
import { sleep, spin, tick } from '../fixtures/bridge/messages.js'
import { untilGone } from '../processes.js'
import { failureOf, read, startWorker } from './rig.js'

// Python's own stacks: whether py-spy is installed is the machine's affair.
process.env.PATH = '/usr/bin:/bin'

it('a Python that does nothing is told of, with the place that it is at and its stack in the log', async () => {
  const { worker, logFile } = startWorker()
  const silences: Silence[] = []
  await worker.ready
  const told = new Promise<void>((resolve) => {
    worker.watchSilence({
      warnAfterSeconds: 0.4,
      endAfterSeconds: null,
      onSilence: (silence) => {
        silences.push(silence)
        if (silences.length === 2) resolve()
      },
    })
  })
  const request = failureOf(worker.request(sleep, {}))
  await told
  const [first, second] = silences
  expect(first).toMatchObject({ pythonPid: worker.pythonPid, stoppedPid: null })
  expect(first?.place).toMatch(/^sleep \(.*fixture_main\.py:\d+\)$/)
  expect(second?.seconds).toBeGreaterThan(2 * 0.4)
  expect(read(logFile)).toMatch(/File ".*fixture_main\.py", line \d+ in sleep/)
  await worker.stop()
  expect(await request).toMatchObject({ code: 'CANCELLED' })
})

it('a Python that computes without a word, or reports, is left alone', async () => {
  const { worker } = startWorker()
  const silences: Silence[] = []
  worker.watchSilence({
    // Long enough that other tests can't keep a processor from this one for as long.
    warnAfterSeconds: 2,
    endAfterSeconds: 2.5,
    onSilence: (silence) => silences.push(silence),
  })
  await worker.request(spin, {})
  await worker.request(tick, {})
  expect(silences).toEqual([])
  expect(worker.state).toBe('ready')
})

it('time in which nothing ran, as on a machine that was paused, is no silence', async () => {
  const { worker } = startWorker()
  await worker.ready
  const told = new Promise<Silence>((resolve) => {
    worker.watchSilence({ warnAfterSeconds: 1, endAfterSeconds: null, onSilence: resolve })
  })
  const request = failureOf(worker.request(sleep, {}))
  const paused = 5
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, paused * 1000)
  expect((await told).seconds).toBeLessThan(paused)
  await worker.stop()
  await request
})

it.each(['Python', 'worker'])(
  'a %s that is stopped is told of as such, and ended when that lasts too long',
  async (which) => {
    const { worker } = startWorker()
    await worker.ready
    const stopped = which === 'Python' ? Number(worker.pythonPid) : worker.workerPid
    const silences: Silence[] = []
    worker.watchSilence({
      warnAfterSeconds: 0.3,
      endAfterSeconds: 5,
      onSilence: (silence) => silences.push(silence),
    })
    const request = worker.request(sleep, {}, { onProgress: () => process.kill(stopped, 'SIGSTOP') })
    expect(await failureOf(request)).toMatchObject({
      code: 'PYTHON_HUNG',
      message: expect.stringMatching(
        new RegExp(
          `^The Python of fixture hung, process ${stopped} stopped by a signal: .* for \\d+ seconds`,
        ),
      ),
      hint: 'A longer --hang-timeout waits longer for it.',
    })
    expect(silences[0]).toMatchObject({ stoppedPid: stopped, place: null })
    await untilGone(worker.workerPid, worker.pythonPid)
  },
)
