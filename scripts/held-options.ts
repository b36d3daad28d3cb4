import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isMapping } from '../src/spec/path.js'

/** A test, or a whole file of tests, that holds what an option of the specification means. */
export interface HoldingTest {
  /** Path of the file, relative to the project. */
  readonly file: string
  /** Name of the test in its file; undefined where the whole file holds the option. */
  readonly test: string | undefined
}

/** The tests of each option, by the option's path. */
export type HeldOptions = ReadonlyMap<string, readonly HoldingTest[]>

/** The options whose meaning a test has to hold, in the order of the JSON Schema. */
export function optionsToHold(schema: unknown): string[] {
  return [...new Set(leaves(schema, ''))].filter(
    (option) =>
      /^(dataset|augmentation|training|comparison)\./.test(option) ||
      option === 'deterministic' ||
      option === 'model.head.dropout',
  )
}

/** Whether `option` is `path` or stands below it. */
export function isWithin(option: string, path: string): boolean {
  return option === path || option.startsWith(`${path}.`)
}

/** Reads the comments `Holds the option …` of all tests below `test/` of a project. */
export function findHeldOptions(root: string): HeldOptions {
  const held = new Map<string, HoldingTest[]>()
  const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.ts$|(^|\/)test_[^/]*\.py$/.test(file))
    .toSorted()
  for (const name of files) {
    const file = path.posix.join('test', name)
    for (const { options, test } of readComments(readFileSync(path.join(root, file), 'utf8'))) {
      for (const option of options) held.set(option, [...(held.get(option) ?? []), { file, test }])
    }
  }
  return held
}

/**
 * Reads the comments of one file. A comment right above a test is the test's, also where decorators stand between; a
 * comment that an empty line follows is the whole file's.
 */
export function readComments(text: string): { options: string[]; test: string | undefined }[] {
  const lines = text.split('\n')
  return lines.flatMap((line, start) => {
    if (!opening.test(line)) return []
    const length = lines.slice(start).findIndex((other) => !isComment(other))
    const comment = lines
      .slice(start, start + length)
      .map((part) => part.replace(opening, '').replace(mark, ''))
    const below = lines.slice(start + length)
    const test = below[0] === '' ? undefined : below.map(testName).find((name) => name !== undefined)
    return [{ options: comment.join(' ').split(/,\s*/), test }]
  })
}

const mark = /^\s*(?:#|\/\/) /
const opening = /^\s*(?:#|\/\/) Holds the options? /

function isComment(line: string): boolean {
  return mark.test(line)
}

/** The name of the test that begins on a line. */
function testName(line: string): string | undefined {
  const [, python, title] = /^def (test_\w+)|^\s*(?:it|describe)\b.*?'(.+?)'/.exec(line) ?? []
  return python ?? title
}

// The paths of a JSON Schema that hold a value, of all variants.
function leaves(schema: unknown, path: string): string[] {
  if (!isMapping(schema)) return []
  const variants = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  if (variants.length > 0) return variants.flatMap((variant) => leaves(variant, path))
  if (isMapping(schema.properties)) {
    return Object.entries(schema.properties).flatMap(([key, child]) =>
      leaves(child, path === '' ? key : `${path}.${key}`),
    )
  }
  if (isMapping(schema.items) && isMapping(schema.items.properties)) return leaves(schema.items, `${path}[]`)
  return [path]
}
