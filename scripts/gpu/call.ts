import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { findPython } from '../../src/worker/interpreter.js'
import { digestCode } from './checkout.js'
import { conditionsOf, type Diagnosis, readDiagnosis, whyUnusable } from './doctor.js'
import { comparisonSteps, verificationSteps } from './experiment-steps.js'
import { doctorStep, setupStep, smallDataStep, weightsStep } from './first-steps.js'
import { readMachine } from './machine.js'
import { measuringSteps } from './measuring-steps.js'
import { renderPage } from './page.js'
import { Session } from './session.js'
import { frameworks, type Settings } from './settings.js'
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

/** Carries all steps out and writes the page. Resolves to the exit code: 1 where a step failed, 130 where it was broken off. */
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
  let weights: Settings['weights'] = device === 'cpu' ? 'random' : 'imagenet'
  if (device === 'cpu') {
    await carryOut(smallDataStep(findPython('pytorch'), folder), null)
  } else {
    const { state } = await carryOut(weightsStep(), null)
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
  const writePage = (toCome: readonly Step[]): void =>
    writeFileAtomic.sync(
      path.join(folder, 'report.md'),
      renderPage({ ended: session.ended, toCome, machine, device, weights, folder }),
    )
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
  const isBad = session.ended.some(({ outcome: { state } }) => state === 'failed' || state === 'timed out')
  return signal.aborted ? 130 : isBad ? 1 : 0
}
