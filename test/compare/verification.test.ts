import { expect, test } from 'vitest'
import { verifyEventSchema } from '../../src/compare/verification.js'
import { experimentSchema } from '../../src/spec/schema.js'

test('a row of a short run is of any precision that an experiment may have', () => {
  for (const precision of experimentSchema.shape.training.unwrap().shape.precision.unwrap().options) {
    const row = {
      type: 'short-run',
      precision,
      ingredient: 'first step',
      state: 'identical',
      evidence: 'loss 2.3',
    }
    expect(verifyEventSchema.parse(row)).toEqual(row)
  }
})
