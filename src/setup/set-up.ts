import path from 'node:path'
import { execa } from 'execa'
import * as z from 'zod'
import { cancelled, TwintuneError } from '../failure.js'
import { frameworkNames } from '../framework-names.js'
import { packageFolder } from '../package-folder.js'
import { interpreterIn } from '../worker/interpreter.js'
import { type EnvironmentPlan, makeEnvironment, planEnvironments } from './environment.js'
import { findGpus } from './gpu.js'
import { Pip } from './pip.js'
import type { SetupStep } from './step.js'
import { torchIndex, torchRequirements } from './torch-source.js'

export interface SetUpOptions {
  /** Folder that gets the environments. */
  readonly project: string
  /** Interpreter to make environments with; null takes the first on the path that fits. */
  readonly python: string | null
  /** Device to install for; `auto` asks the machine. */
  readonly device: 'auto' | 'cpu' | 'gpu'
  /** Index that PyTorch comes from, or `none` for what pip is set up for; null decides by the device. */
  readonly torchIndex: string | null
  readonly signal: AbortSignal
  /** Callback that gets each step when it is done, and one that takes minutes when it begins too. */
  readonly onStep: (step: SetupStep) => void
  /** Callback that gets what goes on within a step, in a few words. */
  readonly onProgress: (text: string) => void
}

/**
 * Makes the Python environments of a project, or completes those that are there: what is installed already is left as it is,
 * and what an interrupted installation has left by halves is installed anew. Where each framework has an environment of its
 * own, the failure of one is thrown when the other has been completed.
 *
 * @throws TwintuneError INTERPRETER_UNUSABLE or SETUP_FAILED.
 */
export async function setUp(options: SetUpOptions): Promise<void> {
  const gpus = await findGpus()
  const device = options.device === 'auto' ? (gpus.length > 0 ? 'gpu' : 'cpu') : options.device
  options.onStep({
    step: 'device',
    folder: null,
    state: 'found',
    text: deviceText(device, options.device, gpus),
  })
  await completeAll(planEnvironments(options.project, device), device, options)
}

/** Completes the environments one after the other. One that fails doesn't keep the others from being completed. */
async function completeAll(
  plans: readonly EnvironmentPlan[],
  device: 'cpu' | 'gpu',
  options: SetUpOptions,
): Promise<void> {
  const failed: FailedPlan[] = []
  for (const plan of plans) {
    try {
      await complete(plan, device, options)
    } catch (error) {
      const isExpected = error instanceof TwintuneError && error.failure.code !== 'CANCELLED'
      if (!isExpected || plans.length === 1) throw error
      failed.push({ plan, error })
    }
  }
  const [first, ...others] = failed
  if (first) throw failureOfPlans([first, ...others], plans)
}

interface FailedPlan {
  readonly plan: EnvironmentPlan
  readonly error: TwintuneError
}

function failureOfPlans(
  failed: readonly [FailedPlan, ...FailedPlan[]],
  plans: readonly EnvironmentPlan[],
): TwintuneError {
  const [{ error: first }, ...others] = failed
  // One cause, such as an interpreter that is not there, is told once.
  if (failed.length === plans.length && others.every(({ error }) => error.message === first.message))
    return first
  const done = plans.filter((plan) => failed.every((each) => each.plan !== plan)).map(titleOf)
  const messages = failed.map(({ plan, error }) => `${titleOf(plan)}: ${error.message}`)
  const hints = new Set(failed.flatMap(({ error: { failure } }) => failure.hint ?? []))
  return new TwintuneError({
    ...first.failure,
    message: [...messages, ...done.map((title) => `The environment of ${title} is complete.`)].join('\n'),
    hint: [...hints].join(' ') || null,
  })
}

function titleOf({ frameworks }: EnvironmentPlan): string {
  return frameworks.map((framework) => frameworkNames[framework]).join(' and ')
}

function deviceText(device: 'cpu' | 'gpu', asked: SetUpOptions['device'], gpus: readonly string[]): string {
  const found = gpus.length === 0 ? 'nvidia-smi shows no GPU' : `nvidia-smi shows ${gpus.join('; ')}`
  const chosen =
    device === 'cpu' ? 'one environment for a CPU' : 'an environment of its own for each framework, with CUDA'
  return `${found}: ${chosen}${asked === 'auto' ? '' : `, as --device ${asked} asks`}`
}

async function complete(plan: EnvironmentPlan, device: 'cpu' | 'gpu', options: SetUpOptions): Promise<void> {
  const { python, signal, onStep, onProgress } = options
  const { folder } = plan
  onProgress(`making ${folder}`)
  const made = await makeEnvironment(plan, python, signal)
  onStep({
    step: 'environment',
    folder,
    state: made === null ? 'found' : 'done',
    text: made ?? `${folder} is there already`,
  })
  const pip = new Pip({
    interpreter: interpreterIn(folder),
    logFile: path.join(folder, 'twintune-setup.log'),
    signal,
    onProgress,
  })
  const damaged = made === null ? await forgetDamaged(folder, signal) : []
  if (damaged.length > 0) {
    const text = `installed by halves, and installed anew now: ${damaged.join(', ')}`
    onStep({ step: 'repair', folder, state: 'done', text })
  }
  const wanted = ['-r', path.join(packageFolder(), plan.requirements), ...plan.extras]
  onProgress('looking at what is installed')
  if ((await pip.wouldInstall(['--no-index', ...wanted]))?.length === 0) {
    onStep({ step: 'packages', folder, state: 'found', text: 'every package is installed already' })
    return
  }
  await pip.upgrade()
  if (plan.frameworks.includes('pytorch')) await installTorch(pip, folder, device, options)
  onStep({
    step: 'packages',
    folder,
    state: 'begun',
    text: `installing ${plan.requirements}, which takes minutes`,
  })
  const installed = await pip.install(wanted, plan.requirements)
  onStep({ step: 'packages', folder, state: 'done', text: `${installed.length} packages installed` })
}

/** Installs PyTorch first, where it comes from an index of its own; everything else then finds it there. */
async function installTorch(
  pip: Pip,
  folder: string,
  device: 'cpu' | 'gpu',
  { torchIndex: asked, onStep, onProgress }: SetUpOptions,
): Promise<void> {
  const wanted = await torchRequirements()
  if ((await pip.wouldInstall(['--no-index', '--no-deps', ...wanted]))?.length === 0) return
  onProgress('asking pip which build of PyTorch it would take')
  const index = await torchIndex({ device, asked }, pip)
  if (index === null) {
    const text = 'PyTorch comes from where pip is set up to look'
    onStep({ step: 'pytorch', folder, state: 'found', text })
    return
  }
  onStep({ step: 'pytorch', folder, state: 'begun', text: `installing PyTorch from ${index}` })
  try {
    await pip.install(['--index-url', index, ...wanted], `PyTorch from ${index}`)
  } catch (error) {
    if (!(error instanceof TwintuneError) || asked !== null) throw error
    const hint = `Where this index is out of reach, --torch-index URL names another, and --torch-index none takes what pip is set up for, with CUDA if need be. ${error.failure.hint}`
    throw new TwintuneError({ ...error.failure, hint })
  }
  onStep({ step: 'pytorch', folder, state: 'done', text: `PyTorch is installed from ${index}` })
}

/** Makes pip forget the packages of an environment that lack files, and lists them. */
async function forgetDamaged(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await execa(interpreterIn(folder), ['-m', 'twintune.system.damaged_packages'], {
    env: { PYTHONSAFEPATH: '1', PYTHONPATH: path.join(packageFolder(), 'python') },
    cancelSignal: signal,
  }).catch((error: unknown) => {
    throw signal.aborted ? new TwintuneError(cancelled) : error
  })
  return z.array(z.string()).parse(JSON.parse(stdout))
}
