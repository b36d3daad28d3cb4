import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { type Event, eventSchema } from '../../src/events.js'
import type { FinishedRun } from '../../src/protocol/result.js'
import { type Framework, frameworkSchema } from '../../src/spec/schema.js'
import {
  eventsOf,
  runTwintune,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'
import { untilGone } from '../processes.js'
import { randomNumbers } from './random-numbers.js'

// Runs with everything on are killed at random moments and resumed, and end in the same bits as one that was not.
// TWINTUNE_KILLS=1000 is for a night; TWINTUNE_KILLS_SEED repeats the moments of a run.

const kills = Number(process.env.TWINTUNE_KILLS ?? 60)
const seed = Number(process.env.TWINTUNE_KILLS_SEED ?? Date.now() % 2 ** 31)
const folder = temporaryFolder()

const experiment = tinyExperiment(folder, {
  name: 'killed',
  deterministic: true,
  model: { backbone: 'resnet18', weights: 'random', head: { hidden: [8], dropout: 0.3 } },
  augmentation: { horizontalFlip: 0.5, views: 2 },
  training: {
    batchSize: 8,
    gradientAccumulation: 2,
    clipGradientNorm: 1,
    labelSmoothing: 0.1,
    classWeights: 'balanced',
    ema: { decay: 0.9 },
    phases: [
      { epochs: 2 },
      { epochs: 4, trainable: { lastStages: 1 }, batchNorm: 'adapt', schedule: { name: 'cosine' } },
    ],
    earlyStopping: { patience: 3 },
    checkpoints: { everyEpochs: 1, everySteps: 1, keep: 1 },
  },
})

interface Whole {
  readonly events: readonly Event[]
  readonly reached: unknown
}

const whole = new Map<Framework, Whole>()

beforeAll(async () => {
  writePictures(folder)
  const spec = writeSpec(folder, experiment)
  for (const framework of frameworkSchema.options) {
    const { events, exitCode } = await runTwintune(['train', spec, '--framework', framework], folder)
    expect(exitCode).toBe(0)
    whole.set(framework, { events, reached: reachedBy(events) })
  }
})

it.each(
  Array.from({ length: kills }, (_, number) => ({ number, framework: frameworkSchema.options[number % 2] })),
)(`kill %# of ${kills}, by seed ${seed}`, async ({ number, framework = 'pytorch' }) => {
  const random = randomNumbers(seed + number)
  const before = whole.get(framework)
  const moments = before?.events.length ?? 0
  const cache = path.join(folder, `cache-${number}`)
  // Half of the runs find the features of those before, and half compute them.
  const env = random() < 0.5 ? {} : { TWINTUNE_CACHE_DIR: cache }
  const runs = `runs-${number}`

  let command = startTwintune(
    ['train', 'killed.yaml', '--framework', framework, '--out', runs, '--json'],
    folder,
    env,
  )
  let last = await killAt(command, random, moments)
  for (let again = 0; !last.finished && random() < 0.3 && again < 3; again += 1) {
    command = startTwintune(['resume', 'latest', '--out', runs, '--json'], folder, env)
    last = await killAt(command, random, moments)
  }
  const began = readdirSync(path.join(folder, runs), { withFileTypes: true }).length > 0
  if (!last.finished) {
    const args = began ? ['resume', 'latest'] : ['train', 'killed.yaml', '--framework', framework]
    const resumed = await runTwintune([...args, '--out', runs], folder, env)
    expect([resumed.exitCode, resumed.stderr]).toEqual([0, expect.anything()])
    last = { finished: true, events: resumed.events }
  }
  expect(reachedBy(last.events)).toEqual(before?.reached)
  expect(leftFiles(path.join(folder, runs))).toEqual([])
  for (const place of [path.join(folder, runs), cache]) rmSync(place, { recursive: true, force: true })
})

interface Ended {
  readonly finished: boolean
  readonly events: readonly Event[]
}

/** Kills the command, its worker or its Python at a random moment, and waits until all are gone. */
async function killAt(
  command: ReturnType<typeof startTwintune>,
  random: () => number,
  moments: number,
): Promise<Ended> {
  const at = Math.floor(random() * moments)
  const delay = random() < 0.5 ? 0 : random() * 300
  const target = Math.floor(random() * 3)
  const events: Event[] = []
  const pids: number[] = []
  for await (const line of createInterface({ input: command.stdout })) {
    const event = eventSchema.parse(JSON.parse(line))
    events.push(event)
    if (event.type === 'run-started') pids.push(event.workerPid, event.pythonPid)
    if (events.length !== at + 1) continue
    await sleep(delay)
    const victim = [command.pid, ...pids.slice(-2)][target] ?? command.pid
    try {
      process.kill(victim ?? 0, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }
  const { exitCode } = await command
  if (pids.length > 0) await untilGone(...pids)
  return { finished: exitCode === 0, events }
}

/** What a run came to, without what clocks and memory say, or what a process has not seen that began after it. */
function reachedBy(events: readonly Event[]): unknown {
  const [started] = [...eventsOf(events, 'comparison-started'), ...eventsOf(events, 'comparison-resumed')]
  const [finished] = eventsOf(events, 'comparison-finished')
  const run = finished?.comparison.runs[0] as FinishedRun
  const { test, firstStepLoss, facts } = run
  const model = path.join(
    started?.comparisonDirectory ?? finished?.comparisonDirectory ?? '',
    `${run.framework}-seed0`,
  )
  return {
    test,
    firstStepLoss,
    epochs: run.epochs.map(({ seconds: _, imagesPerSecond: _rate, ...epoch }) => epoch),
    facts: {
      ...facts,
      phases: facts.phases.map(({ features: _, continuity: _seen, ...phase }) => phase),
    },
    files: ['model/model.safetensors', 'predictions.safetensors', 'predictions.csv'].map((file) =>
      createHash('sha256')
        .update(readFileSync(path.join(model, file)))
        .digest('hex'),
    ),
  }
}

/** Files that were written aside, or locks, that nobody has taken away. */
function leftFiles(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tmp$|lock\.json/.test(name),
  )
}
