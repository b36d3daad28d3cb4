// Tries twintune on a GPU and writes one page of it: `make gpu`. `--cpu` tries the steps themselves on a CPU, on next to
// nothing. `--folder FOLDER` names another folder than gpu-report. A second call goes on where the first one stopped.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPython } from '../../src/worker/interpreter.js'
import { conditionsOf, readDiagnosis, whyUnusable } from './doctor.js'
import { comparisonSteps, verificationSteps } from './experiment-steps.js'
import { doctorStep, setupStep, smallDataStep, weightsStep } from './first-steps.js'
import { readMachine } from './machine.js'
import { measuringSteps } from './measuring-steps.js'
import { renderPage } from './page.js'
import { Session } from './session.js'
import type { Settings } from './settings.js'
import type { Step } from './step.js'

/** Minutes of one call: an hour, less what the page takes and a step that is being ended. */
const minutes = 58
// A trial's models are too small for two threads, which would wait for each other longer than they compute.
const oneThread = { TWINTUNE_CORES: '1', OMP_NUM_THREADS: '1' }
const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: { cpu: { type: 'boolean', default: false }, folder: { type: 'string', default: 'gpu-report' } },
})
const device = values.cpu ? 'cpu' : 'gpu'
// A trial has a folder of its own, so that no figure of a CPU is taken for one of a GPU.
const folder = path.resolve(root, device === 'cpu' ? `${values.folder}-cpu` : values.folder)
const broken = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => broken.abort())

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const machine = await readMachine()
const session = new Session({
  folder,
  cwd: root,
  env: device === 'cpu' ? oneThread : {},
  minutes,
  signal: broken.signal,
  say,
})
let weights: Settings['weights'] = device === 'cpu' ? 'random' : 'imagenet'

await session.carryOut(setupStep(device), machine.conditions)
const doctor = doctorStep()
await session.carryOut(doctor, machine.conditions)
const diagnosis = readDiagnosis(session.stdoutOf(doctor))
const conditions = [...machine.conditions, ...conditionsOf(diagnosis)]
if (device === 'cpu') {
  await session.carryOut(smallDataStep(findPython('pytorch'), folder), conditions)
} else if ((await session.carryOut(weightsStep(), conditions)).state !== 'done') {
  weights = 'random'
}
const settings: Settings = {
  device,
  folder,
  weights,
  pythonOf: (framework) => findPython(framework),
  whyUnusable: (framework) => whyUnusable(framework, device, diagnosis),
}
// What is quick and says most comes first, for an hour that is too short.
const steps: Step[] = [
  ...comparisonSteps(settings),
  ...measuringSteps(settings),
  ...verificationSteps(settings),
]
const most = steps.reduce((sum, step) => sum + (step.leftOut ? 0 : step.minutes), 0)
say(
  `${steps.length} steps follow, of at most ${most} min; ${minutes} min are left for all, and a second call goes on.`,
)
for (const step of steps) {
  await session.carryOut(step, conditions)
  // Each time: whoever breaks it off has a page.
  writePage()
}
writePage()
say(`The page: ${path.join(folder, 'report.md')}`)
const isBad = session.ended.some(({ outcome }) => outcome.state === 'failed' || outcome.state === 'timed out')
process.exitCode = broken.signal.aborted ? 130 : isBad ? 1 : 0

function writePage(): void {
  const page = { ended: session.ended, machine, device, weights, folder } as const
  writeFileSync(path.join(folder, 'report.md'), renderPage(page))
}
