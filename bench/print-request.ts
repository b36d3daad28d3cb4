// Prints what Python is told of an experiment's first run: `tsx print-request.ts SPEC FRAMEWORK FOLDER PYTHON`. So a
// benchmark that has an engine in its own process fills in no default of its own.

import path from 'node:path'
import { expandShorthands } from '../src/plan/expand-shorthands.js'
import { runRequest } from '../src/plan/run-request.js'
import { loadExperiment } from '../src/spec/load.js'
import { frameworkSchema } from '../src/spec/schema.js'

const [spec, framework, folder, python] = process.argv.slice(2)
if (spec === undefined || folder === undefined || python === undefined)
  throw new Error('It takes a specification, a framework, a folder and a Python.')

const experiment = expandShorthands(await loadExperiment(spec))
const [seed = 0] = experiment.seeds
const request = runRequest(
  experiment,
  { framework: frameworkSchema.parse(framework), seed },
  {
    resume: false,
    keepSteps: 'none',
    runDirectory: path.join(folder, 'run'),
    cacheDirectory: path.join(folder, 'cache'),
    featureCache: false,
    featureCacheBytes: 0,
    torchPython: python,
  },
)
process.stdout.write(`${JSON.stringify(request)}\n`)
