import path from 'node:path'
import { frameworkNames } from '../../src/framework-names.js'
import { readComparison, readVerdict } from './comparison-figures.js'
import { frameworks, noneUsable, type Settings, twintune } from './settings.js'
import type { Refusal, Step } from './step.js'
import { readLadder, readVerification } from './verification-figures.js'

/** Experiment of examples/ as a step carries it out. */
interface Experiment {
  /** Name of its steps, behind the command's name. */
  readonly name: string
  readonly purpose: string
  readonly spec: string
  /** Fields that are set, as `--set` takes them. */
  readonly set?: readonly string[]
  readonly refusal?: Refusal
  /** Whether a trial, too, has each framework look at the other's runs. */
  readonly isWhole?: boolean
}

const sample = 'examples/fashion-mnist.yaml'
const fineTune = 'examples/fine-tune.yaml'
const document = 'examples/document-resnet50.yaml'

/** Minutes of a step of a trial, whose machine may be busy or slow. */
const trialMinutes = 6

/** Options that spare most steps of a trial what each framework finds of the other's runs. */
const withoutEvidence = ['--replay', 'none', '--no-cross-evaluation']

/** The device's precisions: float16 is refused on a CPU. */
const precisions = ['float32', 'bfloat16', 'float16'] as const

/** Comparisons of the sample, of everything trained, and of the document's experiment in both modes. */
export function comparisonSteps(settings: Settings): Step[] {
  const { device } = settings
  const ofSample = precisions.map((precision) => ({
    name: precision,
    purpose: `Trains a head on the frozen sample in ${precision}${precision === 'float32' ? ', with TF32 off as aligned mode has it' : ''}.`,
    spec: sample,
    set: [`training.precision=${precision}`],
    ...(precision === 'float16' ? refusedOn(device) : {}),
  }))
  const experiments: Experiment[] = [
    ...ofSample,
    device === 'gpu'
      ? {
          name: 'everything',
          purpose: 'Trains the whole network in float16, with loss scaling.',
          spec: fineTune,
          set: ['training.precision=float16'],
        }
      : {
          name: 'everything',
          purpose: 'Trains the whole network in bfloat16, in place of the float16 that a CPU has not.',
          spec: fineTune,
          set: ['training.precision=bfloat16'],
          isWhole: true,
        },
    {
      name: 'document-aligned',
      purpose:
        "Carries the document's experiment out in aligned mode: the same arithmetic in both frameworks.",
      spec: document,
      set: ['mode=aligned'],
    },
    {
      name: 'document-idiomatic',
      purpose:
        "Carries the document's experiment out in idiomatic mode: each library as it comes, with TF32 as it has it.",
      spec: document,
    },
  ]
  return [...experiments.flatMap((experiment) => stepsOf(experiment, settings)), deviceRefusal(settings)]
}

/** A comparison where both frameworks have the device; else a training of each that has it. */
function stepsOf(experiment: Experiment, settings: Settings): Step[] {
  const obstacles = frameworks.map(settings.whyUnusable).filter((reason) => reason !== null)
  const { name, purpose, refusal, isWhole = false } = experiment
  const shared = (step: string) => ({
    name: step,
    minutes: settings.device === 'gpu' ? 2.5 : trialMinutes,
    code: ['examples'],
    leaves: [runsOf(step, settings)],
    ...(refusal ? { refusal } : { readFigures: readComparison, readResult: readVerdict }),
  })
  const args = (step: string) => [
    ...argumentsOf(step, experiment, settings),
    // Features that an earlier step has kept would leave nothing to measure.
    '--no-feature-cache',
  ]
  const both: Step = {
    ...shared(`compare-${name}`),
    purpose,
    command: twintune(
      'compare',
      ...args(`compare-${name}`),
      ...(settings.device === 'cpu' && !isWhole ? withoutEvidence : []),
    ),
    leftOut: obstacles.length > 0 ? obstacles.join('; ') : null,
  }
  if (obstacles.length !== 1) return [both]
  const alone = frameworks
    .filter((framework) => settings.whyUnusable(framework) === null)
    .map((framework): Step => {
      const step = `train-${name}-${framework}`
      return {
        ...shared(step),
        purpose: `${purpose} ${frameworkNames[framework]} does it alone.`,
        command: twintune('train', ...args(step), '--framework', framework),
        frameworks: [framework],
      }
    })
  return [both, ...alone]
}

/** Ladders of the sample in each precision, and one with TF32 planted in PyTorch alone. */
export function verificationSteps(settings: Settings): Step[] {
  const { device } = settings
  const obstacles = frameworks.map(settings.whyUnusable).filter((reason) => reason !== null)
  const leftOut = obstacles.length > 0 ? obstacles.join('; ') : null
  // A trial on a CPU leaves the short runs out, and climbs no ladder of a precision twice.
  const depth = device === 'cpu' ? ['--phase-only'] : []
  const shared = (name: string) => ({ name, code: ['examples'], leaves: [runsOf(name, settings)] })
  const ladders = (device === 'cpu' ? (['float32'] as const) : precisions).map(
    (precision): Step => ({
      ...shared(`verify-${precision}`),
      purpose: `Climbs the parity ladder: meaning in float64, then rounding in ${precision}${precision === 'float32' ? ' with TF32 off' : ''}.`,
      command: twintune(
        'verify',
        ...argumentsOf(
          `verify-${precision}`,
          { spec: sample, set: [`training.precision=${precision}`] },
          settings,
        ),
        ...depth,
      ),
      minutes: device === 'cpu' ? trialMinutes : precision === 'float32' ? 4 : 3,
      leftOut,
      readFigures: readVerification,
      readResult: readLadder,
    }),
  )
  const planted: Step = {
    ...shared('verify-tf32'),
    purpose:
      device === 'gpu'
        ? 'Climbs the ladder with TF32 on in PyTorch alone, which the rounding has to show: the command has to end with 4.'
        : 'Asks for TF32 on a CPU, which has none: it has to be refused.',
    command: twintune(
      'verify',
      ...argumentsOf('verify-tf32', { spec: sample }, settings),
      '--phase-only',
      '--perturb',
      'tf32',
    ),
    minutes: device === 'gpu' ? 2 : trialMinutes,
    leftOut,
    refusal:
      device === 'gpu'
        ? { exitCode: 4, word: '"passed":false' }
        : { exitCode: 2, word: 'PERTURBATION_WITHOUT_EFFECT' },
    ...(device === 'gpu' ? { readFigures: readVerification, readResult: readLadder } : {}),
  }
  return [...ladders, planted]
}

function deviceRefusal(settings: Settings): Step {
  const { device } = settings
  const known = frameworks.some((framework) => settings.whyUnusable(framework) === null)
  const name = 'refusal-gpu99'
  return {
    name,
    code: ['examples'],
    leaves: [runsOf(name, settings)],
    purpose: 'Asks for a GPU that no machine has, which has to be refused with the devices that there are.',
    command: twintune('compare', ...argumentsOf(name, { spec: sample, set: ['device=gpu:99'] }, settings)),
    minutes: device === 'gpu' ? 1 : trialMinutes,
    leftOut: known ? null : noneUsable,
    refusal: { exitCode: 3, word: 'DEVICE_UNAVAILABLE' },
  }
}

function refusedOn(device: Settings['device']): { refusal?: Refusal } {
  return device === 'cpu' ? { refusal: { exitCode: 2, word: 'float16 needs a GPU' } } : {}
}

/** Arguments of a command on an experiment: `device` is set, so that no framework takes a CPU in silence. */
function argumentsOf(
  step: string,
  { spec, set = [] }: Pick<Experiment, 'spec' | 'set'>,
  settings: Settings,
): string[] {
  const { device, folder, weights } = settings
  const data = (file: string): string => path.join(folder, 'data', file)
  const small = [
    'dataset.imageSize=33',
    `dataset.train=${data('train.parquet')}`,
    `dataset.test=${data('test.parquet')}`,
    ...(spec === document ? [] : ['model.backbone=resnet18']),
    ...(spec === fineTune ? ['training.fineTune.epochs=1'] : ['training.phases.0.epochs=1']),
  ]
  const fields = [
    `device=${device}`,
    // Those of the sample's backbone come in a package that setup installs.
    ...(device === 'cpu' || (spec === document && weights === 'random') ? ['model.weights=random'] : []),
    ...(device === 'cpu' ? small : []),
    // The last one holds.
    ...set,
  ]
  return [
    spec,
    ...fields.flatMap((field) => ['--set', field]),
    '--seeds',
    device === 'cpu' || spec === document ? '0' : '0,1',
    '--json',
    '--out',
    runsOf(step, settings),
  ]
}

/** Folder of a step's comparisons, so that a reader finds which is whose. */
function runsOf(step: string, { folder }: Settings): string {
  return path.join(folder, 'runs', step)
}
