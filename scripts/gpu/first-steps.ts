import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageFolder } from '../../src/package-folder.js'
import type { Framework } from '../../src/spec/schema.js'
import { readDoctor } from './doctor.js'
import { type Settings, twintune } from './settings.js'
import type { Step } from './step.js'

// Steps that come before all others: these know what is there only by them.

/** Makes the environments, or completes them. */
export function setupStep(device: Settings['device']): Step {
  return {
    name: 'setup',
    purpose:
      device === 'gpu'
        ? 'Makes an environment for each framework with its own CUDA, or completes them.'
        : 'Makes the one environment of both frameworks for a CPU, or completes it.',
    command: twintune('setup', '--device', device),
    minutes: 12,
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
  }
}

/** Fetches the weights, without which the other steps take random ones. */
export function weightsStep(): Step {
  return {
    name: 'weights',
    purpose:
      'Downloads the ImageNet weights of the backbones. Where this fails, all that follows has random weights.',
    command: twintune('fetch', 'efficientnet_lite0', 'resnet50'),
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
  }
}

/** Installs pytest into an environment that `setup` made, which has what twintune needs and no more. */
export function testToolsStep(framework: Framework, settings: Settings): Step {
  const requirements = readFileSync(path.join(packageFolder(), 'requirements-dev.txt'), 'utf8')
  const pytest = requirements.split('\n').find((line) => /^pytest\b(?!-)/.test(line)) ?? 'pytest'
  return {
    name: `test-tools-${framework}`,
    purpose: 'Installs pytest beside the framework.',
    command: [settings.pythonOf(framework), '-m', 'pip', 'install', '--quiet', pytest],
    minutes: 1,
    leftOut: settings.whyUnusable(framework),
  }
}
