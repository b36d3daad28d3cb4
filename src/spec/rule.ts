import { type Backbone, findBackbone } from '../backbones.js'
import type { Path } from './path.js'
import { getWithDefaults } from './schema-walk.js'

/** A place that breaks a rule, and what would be right. */
export interface Violation {
  readonly path: Path
  readonly message: string
  /** What was probably meant, alone. */
  readonly suggestion?: string | null
}

/**
 * A rule that binds several fields. It runs on the unchecked specification and reads it with its defaults; any field
 * may be missing or of another kind, so it looks before it reads.
 */
export type Rule = (spec: unknown) => Violation[]

export function violationIf(isBroken: boolean, path: Path, message: string): Violation[] {
  return isBroken ? [{ path, message }] : []
}

/** The list at a path; an empty one where there is none. */
export function listAt(spec: unknown, path: Path): readonly unknown[] {
  const list = getWithDefaults(spec, path)
  return Array.isArray(list) ? list : []
}

/** The number at a path; NaN, which no comparison holds for, where there is none. */
export function numberAt(spec: unknown, path: Path): number {
  const value = getWithDefaults(spec, path)
  return typeof value === 'number' ? value : Number.NaN
}

export function isIdiomatic(spec: unknown): boolean {
  return getWithDefaults(spec, ['mode']) === 'idiomatic'
}

/** The network that a specification names, where there is one of that name. */
export function backboneOf(spec: unknown): Backbone | undefined {
  const name = getWithDefaults(spec, ['model', 'backbone'])
  return typeof name === 'string' ? findBackbone(name) : undefined
}

/** The places of the phases that are written out. */
export function phasePaths(spec: unknown): Path[] {
  const path = ['training', 'phases']
  return listAt(spec, path).map((_, index) => [...path, index])
}
