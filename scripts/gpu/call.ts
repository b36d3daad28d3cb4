import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { findPython } from '../../src/worker/interpreter.js'
import { digestCode } from './checkout.js'
import { conditionsOf, type Diagnosis, obstaclesOf, readDiagnosis, whyUnusable } from './doctor.js'
import { comparisonSteps, verificationSteps } from './experiment-steps.js'
import { doctorStep, setupStep, smallDataStep, weightsStep } from './first-steps.js'
import { readMachine } from './machine.js'
import { measuringSteps } from './measuring-steps.js'
import { renderPage } from './page.js'
import { Session } from './session.js'
import { frameworks, noneUsable, type Settings } from './settings.js'
import type { Step } from './step.js'

/** Minutes of one call: an hour, less what the page takes and a step that is being ended. */
const minutes = 58
// A trial's models are too small for two threads, which would wait for each other longer than they compute.
const oneThread = { TWINTUNE_CORES: '1', OMP_NUM_THREADS: '1' }

export interface CallOptions {
  readonly device: 'cpu' | 'gpu'
  /** Absolute path of the folder of the state, of every step's output and of the page. */
  readonly folder: string
  /** Folder of the checkout. */
  readonly root: string
  readonly signal: AbortSignal
  /** Callback that gets a line for people. */
  readonly say: (line: string) => void
}

/** Carries all steps out and writes the page. Resolves to the exit code: 0 where every step is done, 130 where it was broken off. */
export async function carryOutAll({ device, folder, root, signal, say }: CallOptions): Promise<number> {
  const machine = await readMachine()
  const session = new Session({
    ...{ folder, cwd: root, commit: machine.commit, minutes, signal, say },
    env: device === 'cpu' ? oneThread : {},
  })
  let diagnosis: Diagnosis = {}
  const conditionsFor = (step: Step): string[] => [
    digestCode(root, step.code ?? []),
    ...machine.conditions,
    ...conditionsOf(diagnosis, step.frameworks ?? frameworks),
  ]
  const carryOut = (step: Step, later: readonly Step[] | null) =>
    session.carryOut(step, conditionsFor(step), later === null ? undefined : minutesOf(later))
  const minutesOf = (later: readonly Step[]): number =>
    later
      .filter((step) => !step.leftOut && !session.isDone(step, conditionsFor(step)))
      .reduce((sum, step) => sum + step.minutes, 0)

  await carryOut(setupStep(device, machine.gpus), null)
  const doctor = doctorStep()
  await carryOut(doctor, null)
  diagnosis = readDiagnosis(session.stdoutOf(doctor))
  const obstacles = obstaclesOf(device, diagnosis)
  let weights: Settings['weights'] = device === 'cpu' ? 'random' : 'imagenet'
  const usable = frameworks.find((framework) => whyUnusable(framework, device, diagnosis) === null)
  const leftOut = usable === undefined ? noneUsable : null
  if (device === 'cpu') {
    // One framework's broken environment keeps nothing from the other.
    await carryOut({ ...smallDataStep(findPython(usable ?? 'pytorch'), folder), leftOut }, null)
  } else {
    const { state } = await carryOut({ ...weightsStep(), leftOut }, null)
    if (state !== 'done') weights = 'random'
  }
  if (signal.aborted) {
    say('It was broken off before the first step that has figures: a page that is there stays as it was.')
    return 130
  }

  const settings: Settings = {
    ...{ device, folder, weights },
    pythonOf: (framework) => findPython(framework),
    whyUnusable: (framework) => whyUnusable(framework, device, diagnosis),
  }
  // What is quick and says most comes first, for an hour that is too short.
  const steps: Step[] = [
    ...comparisonSteps(settings),
    ...measuringSteps(settings),
    ...verificationSteps(settings),
  ]
  const writePage = (rest: readonly Step[]): void => {
    const before = rest.flatMap((step) => session.endedBefore(step, conditionsFor(step)) ?? [])
    const ended = [...session.ended, ...before]
    const toCome = rest.filter((step) => before.every((each) => each.step !== step))
    writeFileAtomic.sync(
      path.join(folder, 'report.md'),
      renderPage({ ended, toCome, obstacles, machine, device, weights, folder }),
    )
  }
  say(
    `${steps.length} steps follow, which may take ${minutesOf(steps)} min; a call ends after ${minutes} min, and the next one goes on.`,
  )
  for (const [index, step] of steps.entries()) {
    // Each time: whoever kills it has a page.
    writePage(steps.slice(index))
    await carryOut(step, steps.slice(index + 1))
  }
  writePage([])
  say(`The page: ${path.join(folder, 'report.md')}`)
  for (const obstacle of obstacles) say(`${obstacle}.`)
  return signal.aborted ? 130 : session.ended.every(({ outcome: { state } }) => state === 'done') ? 0 : 1
}
