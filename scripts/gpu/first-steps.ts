import { readFileSync } from 'node:fs'
import path from 'node:path'
import { frameworkNames } from '../../src/framework-names.js'
import { packageFolder } from '../../src/package-folder.js'
import type { Framework } from '../../src/spec/schema.js'
import { readDevices, readDoctor } from './doctor.js'
import { type Settings, twintune } from './settings.js'
import type { Step } from './step.js'

// Steps that come before all others: these know what is there only by them.

/**
 * Makes the environments, or completes them.
 *
 * @param gpus - GPUs that `nvidia-smi` shows.
 */
export function setupStep(device: Settings['device'], gpus: readonly string[]): Step {
  return {
    name: 'setup',
    purpose:
      device === 'gpu'
        ? 'Makes an environment for each framework with its own CUDA, or completes them.'
        : 'Makes the one environment of both frameworks for a CPU, or completes it.',
    command: twintune('setup', '--device', device),
    minutes: 12,
    // An environment that is there is asked all the same, for a machine whose GPU is there without nvidia-smi.
    leftOut:
      device === 'gpu' && gpus.length === 0
        ? 'nvidia-smi shows no GPU, for which gigabytes of CUDA would be downloaded in vain; node dist/main.js setup --device gpu does it all the same'
        : null,
    isRepeated: true,
  }
}

/** Asks each framework what it sees. */
export function doctorStep(): Step {
  return {
    name: 'doctor',
    purpose: 'Asks each framework which versions and devices it sees. What follows goes by it.',
    command: twintune('doctor', '--json'),
    minutes: 3,
    isRepeated: true,
    readFigures: readDoctor,
    readResult: readDevices,
  }
}

/** Fetches the weights of the document's backbone, whose steps take random ones without them. */
export function weightsStep(): Step {
  return {
    name: 'weights',
    purpose:
      'Downloads the ImageNet weights of ResNet-50. Where this fails, the document’s experiment has random weights.',
    command: twintune('fetch', 'resnet50'),
    minutes: 2,
    isRepeated: true,
  }
}

/** Writes a few images of the sample, for a trial on a CPU. */
export function smallDataStep(python: string, folder: string): Step {
  return {
    name: 'small-data',
    purpose: 'Writes a few images of the sample, so that the trial takes minutes.',
    command: [python, 'scripts/gpu/small_sample.py', path.join(folder, 'data')],
    minutes: 1,
    code: ['examples', 'scripts/gpu'],
    leaves: ['train', 'test'].map((name) => path.join(folder, 'data', `${name}.parquet`)),
  }
}

/** Installs pytest into an environment that `setup` made, which has what twintune needs and no more. */
export function testToolsStep(framework: Framework, settings: Settings): Step {
  const requirements = readFileSync(path.join(packageFolder(), 'requirements-dev.txt'), 'utf8')
  const pytest = requirements.split('\n').find((line) => /^pytest\b(?!-)/.test(line)) ?? 'pytest'
  return {
    name: `test-tools-${framework}`,
    purpose: `Installs pytest into the environment of ${frameworkNames[framework]}.`,
    command: [settings.pythonOf(framework), '-m', 'pip', 'install', '--quiet', pytest],
    minutes: 1,
    isRepeated: true,
    leftOut: settings.whyUnusable(framework),
  }
}
