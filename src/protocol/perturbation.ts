import * as z from 'zod'

/** The differences that can be planted on one side, to see that the ladder finds them. */
export const perturbationSchema = z.enum([
  'weight',
  'adam-epsilon',
  'weight-decay',
  'bn-epsilon',
  'bn-momentum',
  'bn-mode',
  'padding',
  'resize',
  'normalization',
  'head-init',
  'batch-order',
  'label-smoothing',
  'precision',
])

export type Perturbation = z.output<typeof perturbationSchema>
