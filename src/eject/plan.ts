import path from 'node:path'
import { findBackbone } from '../backbones.js'
import { expandShorthands } from '../plan/expand-shorthands.js'
import { type RunSettings, runSettings } from '../plan/run-request.js'
import type { Experiment, Framework } from '../spec/schema.js'
import type { Phase } from '../spec/training-schema.js'

/** Data set in files, which a script reads itself. */
export type LocalDataset = Exclude<RunSettings['dataset'], { source: 'huggingface' }>

/** Phase with an optimiser that scripts have. */
export type ScriptPhase = Phase & { readonly optimizer: Exclude<Phase['optimizer'], { name: 'rmsprop' }> }

/** Plan of a script: the settings of its run, and how the script names them. */
export interface ScriptPlan {
  readonly framework: Framework
  readonly name: string
  readonly seed: number
  readonly settings: RunSettings
  readonly dataset: LocalDataset
  readonly phases: readonly PlannedPhase[]
  /** Writes the path of a file as the script finds it. */
  readonly file: (file: string) => string
}

/** Phase of a script, with the names that its numbers have at the top of the script. */
export interface PlannedPhase {
  readonly phase: ScriptPhase
  /** Number of the phase, from 1. */
  readonly number: number
  /** Beginning of the names of the phase's constants; empty where there is one phase alone. */
  readonly prefix: string
  /** Whether the steps begin with features, which the frozen backbone gives once, or with pixels. */
  readonly input: 'features' | 'pixels'
}

/**
 * Plans a script.
 *
 * @param experiment - Experiment with every default filled in.
 * @param directory - Folder that the script will lie in: the files of the data are named from there.
 */
export function planScript(
  experiment: Experiment,
  { framework, seed, directory }: { framework: Framework; seed: number; directory: string },
): ScriptPlan {
  const settings = runSettings(expandShorthands(experiment), { framework, seed })
  const { phases } = settings.training
  if (settings.dataset.source === 'huggingface') throw new RangeError('Such data are refused before.')
  return {
    framework,
    name: experiment.name,
    seed,
    settings,
    dataset: settings.dataset,
    phases: phases.map((phase, index) => ({
      phase: scriptPhase(phase),
      number: index + 1,
      prefix: phases.length === 1 ? '' : `PHASE_${index + 1}_`,
      input: seesFeatures(settings, phase) ? 'features' : 'pixels',
    })),
    file: (file) => pathExpression(file, directory),
  }
}

function scriptPhase(phase: Phase): ScriptPhase {
  const { optimizer } = phase
  if (optimizer.name === 'rmsprop') throw new RangeError('RMSprop is refused before.')
  return { ...phase, optimizer }
}

/** Whether a phase of the script begins with such inputs. */
export function beginsWith({ phases }: ScriptPlan, input: PlannedPhase['input']): boolean {
  return phases.some((phase) => phase.input === input)
}

/** Entry of the table of aligned backbones for a plan's backbone. */
export function alignedBackbone({ settings }: ScriptPlan) {
  const entry = findBackbone(settings.model.backbone)?.aligned
  if (!entry) throw new RangeError(`There is no backbone ${settings.model.backbone} in aligned mode.`)
  return entry
}

/** Whether training images are changed at random, image by image. */
export function isAugmented({ augmentation }: Pick<RunSettings, 'augmentation'>): boolean {
  const { randomResizedCrop, horizontalFlip, verticalFlip, rotation, colorJitter, randomErasing } =
    augmentation
  return Boolean(
    randomResizedCrop || horizontalFlip || verticalFlip || rotation || colorJitter || randomErasing,
  )
}

/** Whether the images of a batch are mixed with one another, and their classes too. */
export function isMixed({ augmentation: { mixup, cutmix } }: Pick<RunSettings, 'augmentation'>): boolean {
  return mixup > 0 || cutmix > 0
}

// The twin of `frozen_stages` in python/twintune/training/first_stage.py.
function seesFeatures(settings: RunSettings, { trainable, batchNorm }: Phase): boolean {
  const isPlain = !isAugmented(settings) && !isMixed(settings)
  return settings.mode === 'aligned' && trainable === 'head' && batchNorm === 'inference' && isPlain
}

// Data that share no folder with the script but the root stay where they are when the script moves.
function pathExpression(file: string, directory: string): string {
  const relative = path.relative(directory, file)
  const shared = file.split(path.sep)[1] === directory.split(path.sep)[1]
  if (!shared || path.isAbsolute(relative)) return `Path(${JSON.stringify(file)})`
  return `HERE / ${JSON.stringify(relative.split(path.sep).join('/'))}`
}
