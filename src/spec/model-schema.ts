import * as z from 'zod'
import { backboneNames } from '../backbones.js'
import { fraction } from './fields.js'

export const headSchema = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65536))
    .default([1024])
    .describe(
      'Widths of the hidden layers between the pooled features and the classes; [] gives a linear head.',
    ),
  activation: z
    .enum(['relu', 'silu', 'tanh'])
    .default('relu')
    .describe('Activation function after each hidden layer.'),
  dropout: fraction
    .default(0)
    .describe(
      'Share of the hidden units that dropout sets to zero in training. In aligned mode both frameworks use the same masks.',
    ),
})

export const modelSchema = z.strictObject({
  backbone: z
    .enum(backboneNames)
    .describe(
      'Name of the pretrained network whose last layer the head replaces. `twintune backbones` lists the names.',
    ),
  weights: z
    .union([
      z.enum(['imagenet', 'random']),
      z.strictObject({
        file: z
          .string()
          .min(1)
          .describe("Path of a safetensors file with timm's tensor names, relative to the specification."),
      }),
    ])
    .default('imagenet')
    .describe(
      "Weights that the backbone starts from: `imagenet`, `random` (drawn from the seed, in aligned mode the same in both frameworks), or a safetensors file with timm's tensor names.",
    ),
  head: headSchema
    .prefault({})
    .describe(
      "Layers put in place of the backbone's classifier: hidden layers, then one output for each class.",
    ),
})
