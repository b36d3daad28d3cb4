// Writes schema/experiment.schema.json from the zod schema: `npm run schema`.
import { mkdir, writeFile } from 'node:fs/promises'
import { experimentJsonSchema } from '../src/spec/json-schema.js'

const folder = new URL('../schema/', import.meta.url)
await mkdir(folder, { recursive: true })
await writeFile(
  new URL('experiment.schema.json', folder),
  `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`,
)
