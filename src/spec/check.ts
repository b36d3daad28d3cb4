import type { Finding } from './explain.js'
import { findIssues } from './find-issues.js'
import type { Path } from './path.js'
import { type Experiment, experimentSchema } from './schema.js'
import { findSweepIssues } from './sweep-probes.js'

export type Checked =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Checks a specification, whatever language it was written in, and fills in its defaults.
 *
 * @param set - Paths that options set.
 */
export function checkExperiment(spec: unknown, set: readonly Path[] = []): Checked {
  const found = findIssues(spec, set)
  const findings = found.length > 0 ? found : findSweepIssues(spec)
  return findings.length > 0
    ? { ok: false, findings }
    : { ok: true, experiment: experimentSchema.parse(spec) }
}
