import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { z } from 'zod'

/** A public type that is inferred from a schema. */
export interface Shape {
  readonly name: string
  readonly schema: z.ZodType
  readonly io: 'input' | 'output'
  readonly description: string | undefined
}

/**
 * TypeScript declarations of the shapes: each field with its description and its default as TSDoc, and a shape
 * inside another by its name.
 */
export async function printShapes(shapes: readonly Shape[]): Promise<string> {
  const definitions = { ...definitionsOf(shapes, 'input'), ...definitionsOf(shapes, 'output') }
  const schema: JSONSchema = {
    definitions,
    anyOf: Object.keys(definitions).map((name) => ({ $ref: `#/definitions/${name}` })),
  }
  return compile(schema, 'AnyShape', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 110 },
  })
}

/** The shapes of one direction as JSON Schemas that refer to each other. */
function definitionsOf(shapes: readonly Shape[], io: Shape['io']): Record<string, JSONSchema> {
  const registry = z.registry<{ id: string }>()
  for (const shape of shapes) if (shape.io === io) registry.add(shape.schema, { id: shape.name })
  const { schemas } = z.toJSONSchema(registry, {
    io,
    target: 'draft-7',
    uri: (id) => `#/definitions/${id}`,
    override: ({ jsonSchema }) => {
      if (jsonSchema.default === undefined) return
      const description = jsonSchema.description ? `${jsonSchema.description}\n\n` : ''
      jsonSchema.description = `${description}@default ${JSON.stringify(jsonSchema.default)}`
    },
  })
  const describe = (name: string) => shapes.find((shape) => shape.name === name)?.description
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, title, ...schema }]) => [
      name,
      { description: describe(name), ...schema } as JSONSchema,
    ]),
  )
}
