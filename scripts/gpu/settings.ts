import type { Framework } from '../../src/spec/schema.js'

/** What the steps of one call share. */
export interface Settings {
  /** `cpu` tries everything on next to nothing. */
  readonly device: 'cpu' | 'gpu'
  /** Absolute path of the folder of the state, of every step's output and of the page. */
  readonly folder: string
  /** Weights of the document's backbone: `random` where they can't be downloaded. */
  readonly weights: 'imagenet' | 'random'
  /** Interpreter of each framework. */
  readonly pythonOf: (framework: Framework) => string
  /** Why a framework can't do a step on the device; null where it can. */
  readonly whyUnusable: (framework: Framework) => string | null
}

export const frameworks: readonly Framework[] = ['tensorflow', 'pytorch']

/** Reason for which what needs any framework is left out. */
export const noneUsable = 'no framework can be used'

/** Command of twintune as it was built. */
export function twintune(...args: readonly string[]): readonly [string, ...string[]] {
  return ['node', 'dist/main.js', ...args]
}
