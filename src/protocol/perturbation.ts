import * as z from 'zod'

/** Differences that can be planted in one engine, to see that the parity ladder finds them. */
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
  'tf32',
])

/** Difference that can be planted in PyTorch, to see that the ladder finds it. */
export type Perturbation = z.output<typeof perturbationSchema>
