// A plugin for Stryker, which has no sampling: a checker that lets only the sample through. The others end as
// "CompileError", which Stryker keeps out of its score.

import { readFileSync } from 'node:fs'
import { fraction, mutantId } from './sample.js'

/** Part of Stryker's own type of a mutant that is read here. Its lines and columns begin at 0. */
interface Mutant {
  readonly id: string
  readonly fileName: string
  readonly mutatorName: string
  readonly replacement: string
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

/** Named in the environment: a seed, and the part of 0 to 1 in which the fractions of the sample's mutants lie. */
const { MUTANTS_SEED = '', MUTANTS_FROM = '0', MUTANTS_TO = '1' } = process.env

/** A factory that wants nothing injected. */
const createSampleChecker = Object.assign(
  () => ({
    async init() {},
    /** All at once: a question of its own for each of thousands takes longer than the answers. */
    async group(mutants: readonly Mutant[]) {
      return [mutants.map((mutant) => mutant.id)]
    },
    async check(mutants: readonly Mutant[]) {
      return Object.fromEntries(
        mutants.map((mutant) => [
          mutant.id,
          isDrawn(mutant) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' },
        ]),
      )
    },
  }),
  { inject: [] },
)

function isDrawn({ fileName, location: { start }, ...mutant }: Mutant): boolean {
  const source = readFileSync(fileName, 'utf8')
  const share = fraction(MUTANTS_SEED, mutantId(source, { ...mutant, ...start }))
  return Number(MUTANTS_FROM) <= share && share < Number(MUTANTS_TO)
}

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', factory: createSampleChecker }]
