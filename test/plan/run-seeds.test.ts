// Holds the option comparison.vary

import { describe, expect, it } from 'vitest'
import { runSeeds } from '../../src/plan/run-seeds.js'
import { comparisonSettingsSchema, type Purpose } from '../../src/spec/comparison-schema.js'

describe('the seeds of a run', () => {
  it('are its own, but for the split, which is the same in every run', () => {
    expect(seedsOf(undefined)).toEqual({ init: 5, order: 5, augmentation: 5, split: null })
  })

  it('are those of the first run for what does not vary', () => {
    expect(seedsOf(['init'])).toEqual({ init: 5, order: 3, augmentation: 3, split: null })
    expect(seedsOf(['order', 'augmentation'])).toEqual({ init: 3, order: 5, augmentation: 5, split: null })
  })

  it('split otherwise in every run where the split varies', () => {
    expect(seedsOf(['split'])).toEqual({ init: 3, order: 3, augmentation: 3, split: 5 })
  })
})

function seedsOf(vary: Purpose[] | undefined) {
  return runSeeds({ seeds: [3, 4, 5], comparison: comparisonSettingsSchema.parse({ vary }) }, 5)
}
