import * as z from 'zod'

export const backboneLineSchema = z
  .strictObject({
    type: z.literal('backbone'),
    name: z.string(),
    defaultImageSize: z.int(),
    features: z.int().describe('Channels of the pooled feature vector.'),
    weights: z
      .string()
      .describe('Where its ImageNet weights come from: a package or a repository of the hub.'),
    modes: z.array(z.enum(['aligned', 'idiomatic'])),
    stages: z.array(z.string()).describe('From the image to the head.'),
  })
  .meta({ title: 'BackboneLine' })

/** A line of `twintune backbones --json`. */
export type BackboneLine = z.output<typeof backboneLineSchema>
