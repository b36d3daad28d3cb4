import type { ParseError } from 'jsonc-parser'
import { type Source, Unreadable } from './source.js'
import { placeJson } from './yaml-source.js'

/**
 * Reads strict JSON: no comments, no trailing commas.
 *
 * @throws Unreadable at an error of syntax, or when the text is no mapping.
 */
export async function readJson(text: string): Promise<Source> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw await explainSyntax(text)
  }
  return placeJson(text, value)
}

// The engine's own message has no place for half of the errors.
async function explainSyntax(text: string): Promise<Unreadable> {
  const { default: jsonc } = await import('jsonc-parser')
  const errors: ParseError[] = []
  jsonc.parse(text, errors, { disallowComments: true })
  const [first] = errors
  const before = text.slice(0, first?.offset ?? 0).split('\n')
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  const reason = first ? inWords(jsonc.printParseErrorCode(first.error)) : 'invalid syntax'
  return new Unreadable([{ ...place, path: [], message: `not JSON: ${reason}` }])
}

// Turns jsonc-parser's `CommaExpected` into `comma expected`.
function inWords(name: string): string {
  return name.replaceAll(/\B[A-Z]/g, ' $&').toLowerCase()
}
