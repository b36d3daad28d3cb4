/**
 * Characters that do something to a terminal, or to the order of what is read, instead of showing: control characters of
 * ASCII and Latin-1, marks and overrides of writing direction, separators of lines, the byte order mark, and halves of
 * surrogate pairs.
 */
const unseen =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Writes each character that would act instead of show as an escape, such as `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.charCodeAt(0)
    return short[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)
  })
}

/** Writes each line of a text so; what parts the lines stays. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n')
}

/**
 * Copies a value as JSON has it, with all texts in it and all names of fields made visible. Names of classes and files
 * come from data, and results from folders that someone else may have made. Messages alone keep their lines: a
 * specification's has one for each issue.
 */
export function visible<T>(value: T): T
export function visible(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value)
  if (Array.isArray(value)) return value.map(visible)
  if (typeof value !== 'object' || value === null) return value
  const isSpecFailure = 'code' in value && value.code === 'SPEC_INVALID'
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => [
      visibleText(name),
      isSpecFailure && name === 'message' ? visibleLines(String(content)) : visible(content),
    ]),
  )
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
