import * as z from 'zod'
import { idiomaticPairSchema } from '../backbones.js'

export const backboneLineSchema = z
  .strictObject({
    type: z.literal('backbone'),
    name: z.string(),
    modes: z.array(z.enum(['aligned', 'idiomatic'])),
    defaultImageSize: z.int().describe("timm's; torchvision's where there is no aligned mode."),
    features: z
      .int()
      .nullable()
      .describe('Channels of the pooled feature vector in aligned mode; null where there is none.'),
    weights: z
      .string()
      .nullable()
      .describe(
        'Where its ImageNet weights come from in aligned mode: a package or a repository of the hub; null where there is none.',
      ),
    stages: z
      .array(
        z.strictObject({
          name: z.string().describe('As `trainable: { from: … }` takes it.'),
          timm: z.string().describe("timm's module that the stage ends with."),
          kerasHub: z.string().describe("keras-hub's layer that the stage ends with."),
        }),
      )
      .describe('From the image to the head; empty where there is no aligned mode.'),
    idiomatic: idiomaticPairSchema
      .nullable()
      .describe("The two libraries' own models; null where there is no such pair."),
  })
  .meta({ title: 'BackboneLine' })

/** A line of `twintune backbones --json`. */
export type BackboneLine = z.output<typeof backboneLineSchema>
