import * as z from 'zod'
import { backboneNames } from '../backbones.js'
import { fraction } from './fields.js'

export const headSchema = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65536))
    .default([1024])
    .describe(
      'Widths of the hidden layers between the pooled features and the classes; [] for a linear head.',
    ),
  activation: z.enum(['relu', 'silu', 'tanh']).default('relu').describe('After each hidden layer.'),
  dropout: fraction
    .default(0)
    .describe('Share of the hidden units dropped in training; the same masks in both frameworks.'),
})

export const modelSchema = z.strictObject({
  backbone: z.enum(backboneNames).describe('`twintune backbones` lists them.'),
  weights: z
    .union([
      z.enum(['imagenet', 'random']),
      z.strictObject({
        file: z.string().min(1).describe('A safetensors file; its path is relative to the specification.'),
      }),
    ])
    .default('imagenet')
    .describe(
      "`imagenet`, `random` (seeded, the same in both), or a safetensors file with timm's tensor names.",
    ),
  head: headSchema.prefault({}).describe('What is put in place of the classifier.'),
})
