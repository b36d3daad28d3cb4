import * as z from 'zod'
import { isMapping } from '../../src/spec/path.js'

/** Lists the words that each field of a schema may have, as `fail | skip`, by the field's place, such as `phases[].input`. */
export function wordsOf(schema: z.ZodType): Record<string, string> {
  const found = new Map<string, Set<string>>()
  collect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }), '')
  return Object.fromEntries(
    [...found].map(([place, words]) => [place, [...words].toSorted().join(' | ')]).toSorted(),
  )

  function collect(node: unknown, place: string): void {
    if (!isMapping(node)) return
    const { anyOf, oneOf, prefixItems, items, properties, additionalProperties } = node
    for (const word of [node.const, ...listOf(node.enum)]) {
      if (typeof word === 'string') found.set(place, (found.get(place) ?? new Set()).add(word))
    }
    for (const variant of [anyOf, oneOf].flatMap(listOf)) collect(variant, place)
    for (const item of [items, ...listOf(prefixItems)]) collect(item, `${place}[]`)
    collect(additionalProperties, `${place}{}`)
    for (const [key, field] of Object.entries(isMapping(properties) ? properties : {})) {
      collect(field, place === '' ? key : `${place}.${key}`)
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
