import * as z from 'zod'
import { getIn, isMapping, type Path, setIn } from './path.js'
import { experimentSchema } from './schema.js'

/** Lists the keys that a mapping at a path may have, of all variants where the value doesn't say which it is. */
export function knownKeys(path: Path, spec: unknown): string[] {
  return [...new Set(mappingsAt(path, spec).flatMap((mapping) => Object.keys(mapping.shape)))]
}

/** Lists the keys that a mapping at a path must have, one list for each variant. */
export function requiredKeys(path: Path, spec: unknown): string[][] {
  return mappingsAt(path, spec).map((mapping) =>
    Object.entries(mapping.shape).flatMap(([key, field]) => (field._zod.optin === undefined ? [key] : [])),
  )
}

/** Lists the paths of all keys that any specification may have, each once; the entries of a list are its entry 0. */
export function allKeyPaths(): readonly Path[] {
  keyPaths ??= pathsBelow(experimentSchema, [])
  return keyPaths
}

let keyPaths: readonly Path[] | undefined

function pathsBelow(schema: z.core.$ZodType, path: Path): Path[] {
  const found = variants(schema, undefined).flatMap((variant): Path[] => {
    if (variant instanceof z.ZodArray) return pathsBelow(variant.element, [...path, 0])
    if (!(variant instanceof z.ZodObject)) return []
    return Object.entries<z.core.$ZodType>(variant.shape).flatMap(([key, field]) => [
      [...path, key],
      ...pathsBelow(field, [...path, key]),
    ])
  })
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()]
}

/** Writes the mapping that a text was probably short for, as `{ name: adam }`; `null` where none of its keys takes the text. */
export function mappingFor(text: string, path: Path, spec: unknown): string | null {
  const shapes = mappingsAt(path, spec).map((mapping) =>
    Object.entries<z.core.$ZodType>(mapping.shape).filter(([, field]) => field._zod.optin === undefined),
  )
  const takers = shapes.flatMap((fields) =>
    fields.flatMap(([taker, field]) => (fits(field, text) ? [{ fields, taker, field }] : [])),
  )
  // A key that has few values tells more than one that takes any text, as a path does.
  const chosen = takers.find(({ field }) => !fits(field, `${text}?`)) ?? takers[0]
  if (chosen === undefined) return null
  const entries = chosen.fields.map(([key]) => `${key}: ${key === chosen.taker ? text : '…'}`)
  return `{ ${entries.join(', ')} }`
}

/** Reads the default at a path, for a specification that says nothing there; `undefined` when there is none. */
export function defaultAt(path: Path, spec: unknown): unknown {
  const field = schemasAt(path, spec).find(hasDefault)
  return field?.def.defaultValue
}

/** Reads the value at a path, or the value that the schema's defaults put there. */
export function getWithDefaults(spec: unknown, path: Path): unknown {
  const filled = path.reduce((draft, _, index) => {
    const prefix = path.slice(0, index + 1)
    const value = getIn(draft, prefix) === undefined ? defaultAt(prefix, draft) : undefined
    return value === undefined ? draft : setIn(draft, prefix, value)
  }, spec)
  return getIn(filled, path)
}

function mappingsAt(path: Path, spec: unknown): z.ZodObject[] {
  const value = getIn(spec, path)
  return schemasAt(path, spec)
    .flatMap((schema) => variants(schema, value))
    .filter((schema) => schema instanceof z.ZodObject)
}

function schemasAt(path: Path, spec: unknown): z.core.$ZodType[] {
  return path.reduce<z.core.$ZodType[]>(
    (schemas, segment, depth) => {
      const value = getIn(spec, path.slice(0, depth))
      return schemas
        .flatMap((schema) => variants(schema, value))
        .flatMap((schema) => childSchema(schema, segment))
    },
    [experimentSchema],
  )
}

function childSchema(schema: z.core.$ZodType, segment: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element]
  if (schema instanceof z.ZodTuple) return schema.def.items.filter((_, index) => index === segment)
  if (schema instanceof z.ZodRecord) return [schema.valueType]
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, field]) =>
    key === segment ? [field] : [],
  )
}

// Lists the schemas that a value may have: wrappers taken off, unions opened, narrowed by a discriminator that fits.
function variants(schema: z.core.$ZodType, value: unknown): z.core.$ZodType[] {
  if (hasDefault(schema) || schema instanceof z.ZodOptional) return variants(schema.unwrap(), value)
  if (!(schema instanceof z.ZodUnion)) return [schema]
  const options = schema.options.flatMap((option) => variants(option, value))
  if (!(schema instanceof z.ZodDiscriminatedUnion) || !isMapping(value)) return options
  const { discriminator } = schema.def
  const fitting = options.filter(
    (option) => option instanceof z.ZodObject && fits(option.shape[discriminator], value[discriminator]),
  )
  return fitting.length > 0 ? fitting : options
}

function fits(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  return schema !== undefined && z.safeParse(schema, value).success
}

function hasDefault(schema: z.core.$ZodType): schema is z.ZodDefault | z.ZodPrefault {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
}
