/** Path of a value in a specification: keys of mappings and positions in lists. */
export type Path = readonly (string | number)[]

/** Formats a path as people write it: `training.phases[0].epochs`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, segment) => {
    if (typeof segment === 'number') return `${text}[${segment}]`
    if (!plainKey.test(segment)) return `${text}[${JSON.stringify(segment)}]`
    return text === '' ? segment : `${text}.${segment}`
  }, '')
}

/** Formats a path for any entry of its lists: `training.phases[].epochs`. */
export function formatPlace(path: Path): string {
  return formatPath(path).replaceAll(/\[\d+\]/g, '[]')
}

/**
 * Reads `training.phases[0].epochs` or `training.phases.0.epochs`, and a key that isn't plain in quotes, as
 * `sweep.parameters["training.batchSize"]`; `null` when it is no path.
 */
export function parsePath(text: string): Path | null {
  // Each quoted key stands as a mark among the plain ones until they are split.
  const quoted: string[] = []
  const dotted = text
    .trim()
    .replaceAll(/(?<=.)\["([^"\\]+)"\]/g, (_, key: string) => `.\0${quoted.push(key) - 1}`)
    .replaceAll(/\[(\d+)\]/g, '.$1')
  const segments = dotted.split('.').map((segment) => {
    if (/^\0\d+$/.test(segment)) return quoted[Number(segment.slice(1))] ?? null
    if (!plainKey.test(segment)) return null
    return /^\d+$/.test(segment) ? Number(segment) : segment
  })
  return segments.every((segment) => segment !== null) ? segments : null
}

/** Reads the value at a path; `undefined` where the path leads beyond the value. */
export function getIn(value: unknown, path: Path): unknown {
  return path.reduce(child, value)
}

/** Copies a value with a replacement at a path, which may lead behind a list's last entry. The rest is shared. */
export function setIn(value: unknown, path: Path, replacement: unknown): unknown {
  const [segment, ...rest] = path
  if (segment === undefined) return replacement
  const changed = setIn(child(value, segment), rest, replacement)
  if (Array.isArray(value)) return typeof segment === 'number' ? value.toSpliced(segment, 1, changed) : value
  return { ...(isMapping(value) ? value : {}), [segment]: changed }
}

/** Copies a value without what is at a path; a list closes up. The rest is shared. */
export function removeIn(value: unknown, path: Path): unknown {
  const last = path.at(-1)
  const parent = getIn(value, path.slice(0, -1))
  if (last === undefined) return value
  if (Array.isArray(parent) && typeof last === 'number')
    return setIn(value, path.slice(0, -1), parent.toSpliced(last, 1))
  if (!isMapping(parent)) return value
  const { [last]: _, ...rest } = parent
  return setIn(value, path.slice(0, -1), rest)
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether one path leads to the other or into it. */
export function startsWith(path: Path, start: Path): boolean {
  return start.length === commonLength(path, start)
}

/** Counts the segments that two paths have in common at their start. */
export function commonLength(one: Path, other: Path): number {
  const differs = one.findIndex((segment, index) => !isSame(segment, other[index]))
  return differs === -1 ? Math.min(one.length, other.length) : differs
}

const plainKey = /^[A-Za-z0-9_$-]+$/

function child(value: unknown, segment: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
  return (value as Readonly<Record<string | number, unknown>>)[segment]
}

// `a.0` names the mapping key '0' as well as the first entry of a list.
function isSame(segment: string | number, other: string | number | undefined): boolean {
  return other !== undefined && String(segment) === String(other)
}
