/** Text that is put into Python; `false`, `null`, `undefined` and an empty text leave the line out that they stand alone on. */
export type Part = string | number | false | null | undefined

/**
 * Writes Python as a template: the indentation that all lines share goes, a part that stands alone on its line brings
 * its own lines, indented like it, and leaves no line where there is nothing to bring.
 */
export function py(strings: TemplateStringsArray, ...parts: readonly Part[]): string {
  const lines = withMarks(strings.raw).split('\n')
  const filled = lines.filter((line) => line.trim() !== '')
  const shared = Math.min(...filled.map((line) => line.length - line.trimStart().length))
  const text = lines.flatMap((line) => fill(line.slice(shared), parts)).join('\n')
  return text.replace(/^\n+/, '').trimEnd()
}

/** Joins top-level parts of a module with the two empty lines that Python's style asks for. */
export function joinBlocks(...blocks: readonly Part[]): string {
  return blocks.filter(isPresent).join('\n\n\n')
}

/** Joins lines, without those that are left out. */
export function joinLines(...lines: readonly Part[]): string {
  return lines.filter(isPresent).join('\n')
}

const longestLine = 120

/**
 * Writes a call or a signature: on one line where it fits, else with a line for each argument, as ruff formats it.
 *
 * @param start - Text up to the opening bracket, with it, as it stands without indentation.
 * @param end - Text from the closing bracket on.
 */
export function call(start: string, given: readonly Part[], end = ')'): string {
  const args = given.filter(isPresent)
  const line = `${start}${args.join(', ')}${end}`
  if (line.length <= longestLine) return line
  return [start, ...args.map((argument) => `    ${argument},`), end].join('\n')
}

/** Writes a number, text, truth value or list of these as Python does. A list becomes a tuple. */
export function literal(value: string | number | boolean | readonly (string | number)[]): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  // JSON's escapes are Python's too.
  if (typeof value === 'string') return JSON.stringify(value)
  return `(${value.map(literal).join(', ')}${value.length === 1 ? ',' : ''})`
}

function isPresent(part: Part): part is string | number {
  return part !== false && part !== null && part !== undefined && part !== ''
}

// A private-use character cannot stand in the templates' own text.
const mark = '\uE000'

function withMarks(strings: readonly string[]): string {
  return strings.reduce((text, string, index) => `${text}${mark}${index - 1}${mark}${string}`)
}

function fill(line: string, parts: readonly Part[]): string[] {
  const alone = /^(\s*)\uE000(\d+)\uE000$/.exec(line)
  if (alone) {
    const [, indentation = '', index = ''] = alone
    const part = parts[Number(index)]
    if (!isPresent(part)) return []
    return String(part)
      .split('\n')
      .map((inner) => (inner === '' ? '' : indentation + inner))
  }
  return [line.replace(/\uE000(\d+)\uE000/g, (_, index: string) => String(parts[Number(index)] ?? ''))]
}
