import * as z from 'zod'
import table from '../python/twintune/backbones.json' with { type: 'json' }

/** What TypeScript reads of a backbone's entry; the rest of `python/twintune/backbones.json` is Python's alone. */
const backboneSchema = z.object({
  name: z.string(),
  features: z.int().describe('Channels of the pooled feature vector.'),
  defaultImageSize: z.int(),
  imagenet: z.discriminatedUnion('source', [
    z.object({ source: z.literal('package'), package: z.string(), oddImageSizes: z.boolean().optional() }),
    z.object({ source: z.literal('hub'), repository: z.string() }),
  ]),
  idiomatic: z
    .object({ kerasApplications: z.string(), torchvision: z.string() })
    .optional()
    .describe("The two libraries' own models of the same name; absent where there is no such pair."),
  stages: z
    .array(z.object({ name: z.string(), tensors: z.array(z.string()) }))
    .describe("In order from the image to the head; names are timm's."),
})

/** What both languages know of a backbone. */
export type Backbone = z.output<typeof backboneSchema>

export const backbones: readonly Backbone[] = Object.entries(table).map(([name, entry]) =>
  backboneSchema.parse({ name, ...entry }),
)

export const backboneNames: readonly string[] = backbones.map((backbone) => backbone.name)

/** The backbone of that name, or `undefined`. */
export function findBackbone(name: string): Backbone | undefined {
  return backbones.find((backbone) => backbone.name === name)
}
