import type { Finding } from './explain.js'
import { findIssues } from './find-issues.js'
import { type Experiment, experimentSchema } from './schema.js'

export type Checked =
  | { readonly ok: true; readonly experiment: Experiment }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** Checks a specification, whatever language it was written in, and fills in its defaults. */
export function checkExperiment(spec: unknown): Checked {
  const findings = findIssues(spec)
  return findings.length > 0
    ? { ok: false, findings }
    : { ok: true, experiment: experimentSchema.parse(spec) }
}
