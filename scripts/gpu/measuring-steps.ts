import { existsSync } from 'node:fs'
import { frameworkNames } from '../../src/framework-names.js'
import { jsonLines, readMeasured } from './figures.js'
import { testToolsStep } from './first-steps.js'
import { fileOf } from './session.js'
import { frameworks, type Settings } from './settings.js'
import type { Step } from './step.js'
import { readCounts, readTests } from './test-figures.js'

/** The tests that need a GPU, and a short bench: each framework in an environment of its own. */
export function measuringSteps(settings: Settings): Step[] {
  const { device, folder } = settings
  return frameworks.flatMap((framework): Step[] => {
    const python = settings.pythonOf(framework)
    const name = frameworkNames[framework]
    const leftOut = settings.whyUnusable(framework)
    const tests = `tests-${framework}`
    const report = fileOf(folder, { name: tests }, 'xml')
    return [
      testToolsStep(framework, settings),
      {
        name: tests,
        purpose: `Runs the tests that need a GPU in ${name}${device === 'cpu' ? ', which are skipped without one' : ''}.`,
        command: [python, '-m', 'pytest', 'test/python/gpu', '-k', framework, `--junitxml=${report}`, '-rs'],
        minutes: device === 'gpu' ? 2 : 6,
        frameworks: [framework],
        code: ['test/python'],
        leaves: [report],
        leftOut,
        readFigures: () => {
          if (!existsSync(report)) throw new Error('pytest has left no report')
          return readTests(report)
        },
        readResult: () => readCounts(report),
      },
      {
        name: `bench-${framework}`,
        purpose: `Measures loader, features, steps, memory, hashing and copying in ${name}.`,
        command: [
          ...([python, '-m', 'bench.on_device', '--framework', framework, '--device', device] as const),
          ...(device === 'cpu' ? smallBench : []),
        ],
        minutes: device === 'gpu' ? 3 : 6,
        frameworks: [framework],
        code: ['bench', 'src'],
        leftOut,
        readFigures: readMeasured,
        readResult: (stdout) => `${jsonLines(stdout).length} figures.`,
      },
    ]
  })
}

const smallBench = [
  ...['--images', '24', '--size', '33', '--batch', '4', '--steps', '2'],
  ...['--backbone', 'mobilenetv3_small_050'],
]
