import * as z from 'zod'
import { idiomaticPairSchema } from '../backbones.js'

export const backboneLineSchema = z
  .strictObject({
    type: z.literal('backbone'),
    name: z.string(),
    modes: z.array(z.enum(['aligned', 'idiomatic'])),
    defaultImageSize: z
      .int()
      .describe(
        "Height and width in pixels by default: timm's, or the size next to it at which both engines pad as the weights were trained; torchvision's where there is no aligned mode.",
      ),
    features: z
      .int()
      .nullable()
      .describe(
        'Number of channels of the pooled feature vector in aligned mode; null where there is no aligned mode.',
      ),
    weights: z
      .string()
      .nullable()
      .describe(
        'Source of the ImageNet weights in aligned mode: a package or a repository of the hub; null where there is no aligned mode.',
      ),
    stages: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the stage, as `trainable: { from: … }` takes it.'),
          timm: z.string().describe("Module of timm's model that the stage ends with."),
          kerasHub: z.string().describe("Layer of keras-hub's model that the stage ends with."),
        }),
      )
      .describe('Stages of the backbone from the image to the head; empty where there is no aligned mode.'),
    idiomatic: idiomaticPairSchema
      .nullable()
      .describe("Pair of the two libraries' own models; null where there is no such pair."),
  })
  .meta({ title: 'BackboneLine' })

/** Line of `twintune backbones --json`: one backbone. */
export type BackboneLine = z.output<typeof backboneLineSchema>
