import * as z from 'zod'
import alignedTable from '../python/twintune/backbones.json' with { type: 'json' }
import idiomaticTable from '../python/twintune/idiomatic_pairs.json' with { type: 'json' }

/** What TypeScript reads of `python/twintune/backbones.json`; the rest is Python's alone. */
const alignedSchema = z.object({
  features: z.int().describe('Channels of the pooled feature vector.'),
  defaultImageSize: z.int().describe("timm's, of the checkpoint that `imagenet` means."),
  imagenet: z.discriminatedUnion('source', [
    z.object({ source: z.literal('package'), package: z.string(), oddImageSizes: z.boolean().optional() }),
    z.object({ source: z.literal('hub'), repository: z.string() }),
  ]),
  stages: z
    .array(
      z.object({
        name: z.string(),
        timmModule: z.string(),
        kerasLayer: z.string(),
        kerasFollower: z
          .boolean()
          .default(false)
          .describe(
            'Whether the stage ends with the layer behind `kerasLayer`, which has no name of its own.',
          ),
      }),
    )
    .describe("In order from the image to the head; names are timm's."),
  batchNorm: z.object({}).optional().describe('Absent where it has no such layer.'),
})

/** One library's own model, and what may differ from the other's. */
export const idiomaticSideSchema = z.object({
  model: z.string(),
  architecture: z.string(),
  weights: z.string().describe('Of ImageNet, by the name that the library gives them.'),
  preprocessing: z.string(),
  imageSize: z.int().describe('That the weights were trained or tested at.'),
  batchNorm: z
    .array(z.object({ epsilon: z.number(), momentum: z.number() }))
    .describe("The different constants of its layers, momentum as PyTorch's; empty where it has none."),
})

export const idiomaticPairSchema = z.object({
  kerasApplications: idiomaticSideSchema,
  torchvision: idiomaticSideSchema,
})

/** A network, and the modes that it can be compared in: at least one. */
export interface Backbone {
  readonly name: string
  /** timm's, or torchvision's where there is no aligned mode. */
  readonly defaultImageSize: number
  readonly aligned?: z.output<typeof alignedSchema>
  /** The two libraries' own models of that name. */
  readonly idiomatic?: z.output<typeof idiomaticPairSchema>
}

const aligned = new Map<string, unknown>(Object.entries(alignedTable))
const idiomatic = new Map<string, unknown>(Object.entries(idiomaticTable))

export const backboneNames: readonly string[] = [...new Set([...aligned.keys(), ...idiomatic.keys()])]

/** Every backbone. */
export function allBackbones(): Backbone[] {
  return backboneNames.flatMap((name) => findBackbone(name) ?? [])
}

/**
 * The backbone of that name, or `undefined`. It is read from its table only now: every command imports the names, and to
 * read all would cost each of them a part of its start.
 */
export function findBackbone(name: string): Backbone | undefined {
  const entry = aligned.has(name) ? alignedSchema.parse(aligned.get(name)) : undefined
  const pair = idiomatic.has(name) ? idiomaticPairSchema.parse(idiomatic.get(name)) : undefined
  const defaultImageSize = entry?.defaultImageSize ?? pair?.torchvision.imageSize
  if (defaultImageSize === undefined) return undefined
  return { name, defaultImageSize, ...(entry && { aligned: entry }), ...(pair && { idiomatic: pair }) }
}

/**
 * Height and width in pixels that the ImageNet weights of a backbone want: timm's, in idiomatic mode torchvision's.
 *
 * @throws RangeError Where the mode has no such backbone.
 */
export function defaultImageSize(name: string, mode: 'aligned' | 'idiomatic'): number {
  const backbone = findBackbone(name)
  const size = {
    aligned: backbone?.aligned?.defaultImageSize,
    idiomatic: backbone?.idiomatic?.torchvision.imageSize,
  }[mode]
  if (size === undefined) throw new RangeError(`There is no backbone ${name} in ${mode} mode.`)
  return size
}

/** The names that a mode has. */
export function backbonesOf(mode: 'aligned' | 'idiomatic'): string[] {
  const table = { aligned, idiomatic }[mode]
  return backboneNames.filter((name) => table.has(name))
}
