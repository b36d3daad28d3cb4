// Runs specifications one after the other in this process through the TypeScript API: `run-specs.mjs FOLDER SPEC...`.

import { compare, loadExperiment } from '../dist/index.js'

const [runsDirectory, ...specs] = process.argv.slice(2)
for (const spec of specs) {
  const { runs } = await compare(await loadExperiment(spec), { runsDirectory })
  const failed = runs.find(({ status }) => status !== 'finished')
  if (failed) throw new Error(`${spec}: ${failed.failure.message}`)
}
