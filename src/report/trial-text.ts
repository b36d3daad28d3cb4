import { parsePath } from '../spec/path.js'

/** Writes the values of a trial in one line: `learningRate 0.0031, hidden [256]`. Trial 0 has none. */
export function valuesText(values: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(values)
  if (names.length === 0) return 'as the specification stands'
  return Object.entries(values)
    .map(([name, value]) => `${shortName(name, names)} ${valueText(value)}`)
    .join(', ')
}

/** Shortens the path of an option to its last keys, as far as the paths beside it can still be told apart. */
export function shortName(name: string, names: readonly string[]): string {
  const keys = parsePath(name)?.map(String) ?? [name]
  const others = names.filter((other) => other !== name).map((other) => `.${parsePath(other)?.join('.')}`)
  const lengths = keys.map((_, index) => index + 1)
  const length = lengths.find(
    (count) => !others.some((other) => other.endsWith(`.${keys.slice(-count).join('.')}`)),
  )
  return keys.slice(-(length ?? keys.length)).join('.')
}

/** Writes a value: a number with four digits at most, everything else as JSON without quotation marks. */
export function valueText(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '')
}
