import { type Backbone, findBackbone } from '../backbones.js'
import type { Path } from './path.js'
import { getWithDefaults } from './schema-walk.js'

/** Violation of a rule: the place that breaks it, and what would be right. */
export interface Violation {
  readonly path: Path
  readonly message: string
  /** Value that was probably meant; `null` or absent where none is close. */
  readonly suggestion?: string | null
}

/**
 * Rule that binds several fields. It runs on the unchecked specification and reads it with its defaults; any field
 * may be missing or of another kind, so it looks before it reads.
 */
export type Rule = (spec: unknown) => Violation[]

export function violationIf(isBroken: boolean, path: Path, message: string): Violation[] {
  return isBroken ? [{ path, message }] : []
}

/** Reads the list at a path; an empty list where there is none. */
export function listAt(spec: unknown, path: Path): readonly unknown[] {
  const list = getWithDefaults(spec, path)
  return Array.isArray(list) ? list : []
}

/** Reads the number at a path; where there is none NaN, which no comparison holds for. */
export function numberAt(spec: unknown, path: Path): number {
  const value = getWithDefaults(spec, path)
  return typeof value === 'number' ? value : Number.NaN
}

export function isIdiomatic(spec: unknown): boolean {
  return getWithDefaults(spec, ['mode']) === 'idiomatic'
}

/** Finds the backbone that a specification names; `undefined` where there is none of that name. */
export function backboneOf(spec: unknown): Backbone | undefined {
  const name = getWithDefaults(spec, ['model', 'backbone'])
  return typeof name === 'string' ? findBackbone(name) : undefined
}

/** Lists the paths of the phases that a specification writes out. */
export function phasePaths(spec: unknown): Path[] {
  const path = ['training', 'phases']
  return listAt(spec, path).map((_, index) => [...path, index])
}
