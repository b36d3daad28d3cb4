import type { Finding } from './explain.js'
import type { SpecIssue } from './issue.js'
import type { Override } from './overrides.js'
import { commonLength, formatPath, type Path, startsWith } from './path.js'
import type { Source } from './source.js'

/** Gives a finding its place: the option that set the field, or a place in the file. */
export function placeFinding(
  finding: Finding,
  file: string,
  source: Source,
  overrides: readonly Override[],
): SpecIssue {
  const { path, message, suggestion } = finding
  const issue = { path: formatPath(path), message, suggestion }
  const place = finding.at === 'mapping' ? path.slice(0, -1) : path
  const { line, column, depth } = source.locate(place, finding.at === 'key' ? 'key' : 'value')
  const culprit = overrides.findLast(
    (override) => startsWith(place, override.path) || leadsBeyond(override, place, depth),
  )
  return culprit
    ? { file: culprit.option, line: null, column: null, ...issue }
    : { file, line, column, ...issue }
}

// An option also makes the mappings on its way, where the file has none.
function leadsBeyond(override: Override, place: Path, depthInFile: number): boolean {
  return commonLength(override.path, place) > depthInFile
}
