import type { Experiment, Framework } from '../spec/schema.js'
import { constants } from './aligned/constants.js'
import { pixelsSection } from './aligned/pixels.js'
import { pytorchModel, pytorchTensors } from './aligned/pytorch-model.js'
import { pytorchTraining } from './aligned/pytorch-training.js'
import { tensorflowModel, tensorflowTensors } from './aligned/tensorflow-model.js'
import { tensorflowTraining } from './aligned/tensorflow-training.js'
import { dataSection } from './data.js'
import { describeScript, frameworkSettings } from './framework-settings.js'
import { idiomaticConstants } from './idiomatic/constants.js'
import {
  pytorchIdiomaticModel,
  pytorchIdiomaticTensors,
  pytorchIdiomaticTraining,
  pytorchPipeline,
} from './idiomatic/pytorch.js'
import {
  tensorflowIdiomaticModel,
  tensorflowIdiomaticTensors,
  tensorflowIdiomaticTraining,
  tensorflowPipeline,
} from './idiomatic/tensorflow.js'
import { makeWeights } from './make-weights.js'
import { fingerprintSection, metricsSection } from './metrics.js'
import { planScript, type ScriptPlan } from './plan.js'
import { importsOf } from './python-imports.js'
import { joinBlocks, py } from './python-text.js'
import { randomSection } from './random.js'
import { heading } from './section.js'
import { refuseUnsupported } from './unsupported.js'

/** Options of the scripts that an experiment is written as. */
export interface EjectOptions {
  /** Framework whose script alone is written. */
  readonly framework?: Framework | undefined
  /**
   * Seed of the run that the scripts repeat.
   * @defaultValue the first seed of the experiment
   */
  readonly seed?: number | undefined
  /**
   * Folder that the scripts will lie in. They find the images from there.
   * @defaultValue the working directory
   */
  readonly directory?: string | undefined
}

/** Texts of the scripts that an experiment is written as. */
export interface EjectedScripts {
  /** Script that trains in TensorFlow; absent where only PyTorch's was asked for. */
  readonly tensorflow?: string
  /** Script that trains in PyTorch; absent where only TensorFlow's was asked for. */
  readonly pytorch?: string
  /** Script that makes the file of weights which both begin with; absent where they find the weights themselves. */
  readonly weights?: string
}

/** Writes the scripts of an experiment; see `eject` of the API. */
export function ejectScripts(experiment: Experiment, options: EjectOptions = {}): EjectedScripts {
  const { framework, seed = experiment.seeds[0] ?? 0, directory = process.cwd() } = options
  const frameworks = framework ? [framework] : (['tensorflow', 'pytorch'] as const)
  refuseUnsupported(experiment, frameworks)
  const plans = frameworks.map((each) => planScript(experiment, { framework: each, seed, directory }))
  const [plan] = plans
  const weights = plan && makeWeights(plan)
  return {
    ...Object.fromEntries(plans.map((each) => [each.framework, scriptOf(each)])),
    ...(weights !== undefined && { weights }),
  }
}

function scriptOf(plan: ScriptPlan): string {
  const body = bodyOf(plan)
  return `${describeScript(plan)}\n\n${importsOf(body)}\n\n${body}\n`
}

function bodyOf(plan: ScriptPlan): string {
  const parts = { aligned: alignedParts, idiomatic: idiomaticParts }[plan.settings.mode](plan)
  return joinBlocks(
    `HERE = Path(__file__).resolve().parent\n\n${parts.constants}\n\n${frameworkSettings(plan)}`,
    parts.random && section('Random numbers', parts.random),
    section('Data', dataSection(plan)),
    section('Pixels', parts.pixels),
    section('Model', parts.model),
    section('Metrics', joinBlocks(metricsSection, fingerprintSection)),
    parts.training,
    section('Test', testSection(parts.tensors)),
  )
}

/** Parts of a script that depend on the mode and the framework. */
interface ScriptParts {
  readonly constants: string
  readonly random?: string
  readonly pixels: string
  readonly model: string
  readonly training: string
  /** Lines that gather the trained tensors. */
  readonly tensors: string
}

function alignedParts(plan: ScriptPlan): ScriptParts {
  const shared = { constants: constants(plan), random: randomSection(plan), pixels: pixelsSection(plan) }
  return plan.framework === 'pytorch'
    ? { ...shared, model: pytorchModel(plan), training: pytorchTraining(plan), tensors: pytorchTensors }
    : {
        ...shared,
        model: tensorflowModel(plan),
        training: tensorflowTraining(plan),
        tensors: tensorflowTensors,
      }
}

function idiomaticParts(plan: ScriptPlan): ScriptParts {
  const shared = { constants: idiomaticConstants(plan) }
  return plan.framework === 'pytorch'
    ? {
        ...shared,
        pixels: pytorchPipeline(plan),
        model: pytorchIdiomaticModel(plan),
        training: pytorchIdiomaticTraining(plan),
        tensors: pytorchIdiomaticTensors(plan),
      }
    : {
        ...shared,
        pixels: tensorflowPipeline(plan),
        model: tensorflowIdiomaticModel(plan),
        training: tensorflowIdiomaticTraining(plan),
        tensors: tensorflowIdiomaticTensors,
      }
}

function testSection(tensors: string): string {
  return py`
    ${tensors}
    for name, value in measure(evaluate(test), test.labels).items():
        print(f"test {name} {value}")
    save_file(tensors, OUTPUT)
    print(f"{OUTPUT.name} {fingerprint(tensors)}")`
}

// Functions and classes have two empty lines before them, other lines one.
function section(title: string, text: string): string {
  return `${heading(title)}\n${/^(def|class|@)/.test(text) ? '\n' : ''}\n${text}`
}
