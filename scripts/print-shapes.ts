import { compile, type JSONSchema } from 'json-schema-to-typescript'
import ts from 'typescript'
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
 * inside another by its name. What is taken in may be an array that nobody may change.
 */
export async function printShapes(shapes: readonly Shape[]): Promise<string> {
  const inputs = await printDefinitions('AnyInput', definitionsOf(shapes, 'input'))
  const outputs = await printDefinitions('AnyOutput', definitionsOf(shapes, 'output'))
  return `${withReadonlyArrays(inputs)}\n${outputs}`
}

/** The definitions, and their union as `name`, since only what is referred to is printed. */
async function printDefinitions(name: string, definitions: Record<string, JSONSchema>): Promise<string> {
  const references = Object.keys(definitions).map((definition) => ({ $ref: `#/definitions/${definition}` }))
  if (references.length === 0) return ''
  return compile({ definitions, anyOf: references }, name, {
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
      describeDefault(jsonSchema)
      describeTag(jsonSchema)
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

function describeDefault(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.default === undefined) return
  const description = schema.description ? `${schema.description}\n\n` : ''
  schema.description = `${description}@default ${JSON.stringify(schema.default)}`
}

/** A member of a union has no declaration that its description could stand above, so its tag gets it. */
function describeTag({ description, properties = {} }: z.core.JSONSchema.BaseSchema): void {
  const tag = Object.values(properties).find(
    (property) => typeof property === 'object' && property.const !== undefined,
  )
  if (description !== undefined && typeof tag === 'object') tag.description ??= description
}

/** Each `T[]` as `readonly T[]`, which takes either kind of array. */
function withReadonlyArrays(declarations: string): string {
  const insertions: { at: number; text: string }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isArrayTypeNode(node)) {
      const nested = ts.isArrayTypeNode(node.parent)
      insertions.push({ at: node.getStart(), text: nested ? '(readonly ' : 'readonly ' })
      if (nested) insertions.push({ at: node.getEnd(), text: ')' })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('shapes.d.ts', declarations, ts.ScriptTarget.Latest, true))
  // From the end, so that what is inserted moves no place that is yet to come; of one place the inner goes first.
  return insertions
    .reverse()
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, text: more }) => text.slice(0, at) + more + text.slice(at), declarations)
}
