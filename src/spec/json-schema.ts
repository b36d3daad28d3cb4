import * as z from 'zod'
import { experimentSchema } from './schema.js'

/** Makes the JSON Schema of a specification as a user writes it, for editors. Rules across fields aren't in it. */
export function experimentJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(experimentSchema, { io: 'input', target: 'draft-7' })
  return { $schema, $id: 'https://unpkg.com/twintune/schema/experiment.schema.json', ...schema }
}
