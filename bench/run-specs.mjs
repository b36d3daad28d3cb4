// Runs specifications one after the other in this process and in the same Pythons, through the TypeScript API:
// `run-specs.mjs FOLDER SPEC...`.

import { compare, loadExperiment, withWarmWorkers } from '../dist/index.js'

const [runsDirectory, ...specs] = process.argv.slice(2)
await withWarmWorkers(async (workers) => {
  for (const spec of specs) {
    const { runs } = await compare(await loadExperiment(spec), { runsDirectory, workers })
    const failed = runs.find(({ status }) => status !== 'finished')
    if (failed) throw new Error(`${spec}: ${failed.failure.message}`)
  }
})
