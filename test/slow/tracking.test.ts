import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { findPython } from '../../src/worker/interpreter.js'
import { compareEvents } from '../log/events.js'
import { temporaryFolder, writeComparison } from '../serve/rig.js'
import { interruptedEvents, rowsOf, track } from '../tracking/rig.js'

// A real `mlflow server`: `pip install mlflow` into a Python that TWINTUNE_PYTHON_TRACKING names.

const python = findPython('tracking')
const folder = temporaryFolder()
const why = whyNoServer()

function whyNoServer(): string | null {
  try {
    execFileSync(python, ['-c', 'import mlflow, flask, msgspec'], { stdio: 'pipe' })
    return null
  } catch {
    return `${python} has no mlflow; TWINTUNE_PYTHON_TRACKING names another Python.`
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) })
const runsSchema = z.object({
  runs: z.array(
    z.object({
      info: z.object({ run_id: z.string(), run_name: z.string() }),
      data: z.object({ tags: z.array(z.object({ key: z.string(), value: z.string() })) }),
    }),
  ),
})
const historySchema = z.object({
  metrics: z.array(z.object({ step: z.coerce.number(), value: z.number() })),
})
const filesSchema = z.object({ files: z.array(z.object({ path: z.string() })) })

describe.skipIf(why !== null)(`a real server of MLflow${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let server: ChildProcess
  let uri: string

  beforeAll(async () => {
    uri = `http://127.0.0.1:${await freePort()}`
    const store = path.join(folder, 'server')
    mkdirSync(store)
    const { port } = new URL(uri)
    const options = ['--backend-store-uri', `sqlite:///${store}/mlflow.db`, '--artifacts-destination', store]
    const address = ['--host', '127.0.0.1', '--port', port, '--workers', '1']
    // The server starts processes of its own, which go with its group.
    server = spawn(python, ['-m', 'mlflow', 'server', ...address, ...options], {
      stdio: 'ignore',
      detached: true,
    })
    while (!(await fetch(`${uri}/health`).catch(() => null))?.ok) await sleep(500)
  })
  afterAll(stop)

  async function stop(): Promise<void> {
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    process.kill(-server.pid, 'SIGKILL')
    await ended
  }

  async function ask<T>(schema: z.ZodType<T>, call: string, body: object): Promise<T> {
    const answer = await fetch(`${uri}/api/2.0/mlflow/${call}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return schema.parse(await answer.json())
  }

  async function get<T>(schema: z.ZodType<T>, call: string, query: Record<string, string>): Promise<T> {
    return schema.parse(
      await (await fetch(`${uri}/api/2.0/mlflow/${call}?${new URLSearchParams(query)}`)).json(),
    )
  }

  /** The runs of an experiment by their names, each with its tags. */
  async function runsOf(name: string) {
    const { experiment } = await get(experimentSchema, 'experiments/get-by-name', { experiment_name: name })
    const { runs } = await ask(runsSchema, 'runs/search', { experiment_ids: [experiment.experiment_id] })
    return new Map(
      runs.map(({ info, data }) => [
        info.run_name,
        { id: info.run_id, tags: Object.fromEntries(data.tags.map(({ key, value }) => [key, value])) },
      ]),
    )
  }

  async function curveOf(run: { readonly id: string } | undefined, metric: string): Promise<number[][]> {
    const { metrics } = await get(historySchema, 'metrics/get-history', {
      run_id: run?.id ?? '',
      metric_key: metric,
    })
    return metrics.map(({ step, value }) => [step, value]).sort(([a = 0], [b = 0]) => a - b)
  }

  it('gets the comparison as a parent and each run as its child, with every value, however often it is sent', async () => {
    const comparison = writeComparison(folder, 'whole', compareEvents())
    for (let times = 0; times < 2; times += 1) {
      const { places, problems } = await track(comparison, {
        csv: true,
        mlflow: { uri, experiment: 'whole' },
      })
      expect(problems).toEqual([])
      expect(places.map(({ place }) => place)).toContainEqual(
        expect.stringContaining(`${uri}/#/experiments/`),
      )
    }
    const runs = await runsOf('whole')
    expect(runs.size).toBe(5)
    const parent = runs.get('whole')
    expect(parent?.tags).toMatchObject({ 'twintune.verdict': expect.any(String), 'twintune.mode': 'aligned' })
    const rows = rowsOf(comparison)
    for (const framework of ['tensorflow', 'pytorch']) {
      const child = runs.get(`${framework}-seed1`)
      expect(child?.tags['mlflow.parentRunId']).toBe(parent?.id)
      const own = rows.filter((row) => row.framework === framework && row.seed === '1')
      for (const metric of new Set(own.map((row) => row.metric))) {
        const expected = own
          .filter((row) => row.metric === metric)
          .map((row) => [Number(row.step), Number(row.value)])
        expect(await curveOf(child, metric ?? ''), metric).toEqual(expected)
      }
    }
    const { files } = await get(filesSchema, 'artifacts/list', { run_id: parent?.id ?? '' })
    expect(files.map((file) => file.path)).toContain('comparison.json')
  })

  it('has each step once of a run that was interrupted while it was tracked, and went on', async () => {
    const events = interruptedEvents({ anew: false })
    const comparison = writeComparison(folder, 'interrupted', events.slice(0, 13))
    await track(comparison, { mlflow: { uri, experiment: 'interrupted' } })
    writeComparison(folder, 'interrupted', events.slice(13))
    await track(comparison, { mlflow: { uri, experiment: 'interrupted' } })
    const runs = await runsOf('interrupted')
    expect([...runs.keys()].sort()).toEqual(['interrupted', 'pytorch-seed0'])
    const steps = (await curveOf(runs.get('pytorch-seed0'), 'step/loss')).map(([step]) => step)
    expect(steps).toEqual([25, 50, 75, 100, 125, 150, 175, 200, 225])
  })

  it('is told of as gone when it is, and holds nothing up', async () => {
    await stop()
    const comparison = writeComparison(folder, 'gone', compareEvents())
    const { places, problems } = await track(comparison, { csv: true, mlflow: { uri } })
    expect(places.map(({ tracker }) => tracker)).toEqual(['csv'])
    expect(problems).toMatchObject([{ tracker: 'mlflow', failure: { code: 'TRACKER_FAILED' } }])
  })
})
