import * as z from 'zod'
import alignedTable from '../python/twintune/backbones.json' with { type: 'json' }
import idiomaticTable from '../python/twintune/idiomatic_pairs.json' with { type: 'json' }

const preprocessingSchema = z
  .object({
    mean: z.array(z.number()).length(3),
    std: z.array(z.number()).length(3),
    interpolation: z.enum(['bilinear', 'bicubic']),
  })
  .describe('Pixels are resized, scaled to 0..1, then normalised by mean and deviation of each channel.')

const batchNormConstantsSchema = z.object({ epsilon: z.number(), momentum: z.number() })

// Constants of the training of ImageNet weights that aren't timm's own.
const ownConstants = {
  preprocessing: preprocessingSchema.optional(),
  batchNorm: batchNormConstantsSchema.optional(),
}

/** Part of an entry of `python/twintune/backbones.json` that TypeScript reads; Python reads the rest. */
const alignedSchema = z.object({
  features: z.int().describe('Channels of the pooled feature vector.'),
  defaultImageSize: z
    .int()
    .describe(
      'Height and width in pixels that timm gives for the checkpoint that `imagenet` means, or the size next to it at which both engines pad as those weights were trained.',
    ),
  preprocessing: preprocessingSchema,
  imagenet: z.discriminatedUnion('source', [
    z.object({
      source: z.literal('package'),
      package: z.string(),
      oddImageSizes: z.boolean().optional(),
      ...ownConstants,
    }),
    z.object({ source: z.literal('hub'), repository: z.string(), ...ownConstants }),
  ]),
  stages: z
    .array(
      z.object({
        name: z.string(),
        tensors: z.array(z.string()).describe("Beginnings of the names of the stage's tensors."),
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
    .describe("Stages of the network in order from the image to the head, by timm's names."),
  batchNorm: batchNormConstantsSchema
    .optional()
    .describe(
      "Constants of the network's BatchNorm layers, with momentum in PyTorch's meaning; absent where it has none.",
    ),
})

/** Schema of one library's own model, with all that may differ from the other library's. */
export const idiomaticSideSchema = z.object({
  model: z.string(),
  architecture: z.string(),
  weights: z.string().describe('Name that the library gives to its ImageNet weights.'),
  preprocessing: z.string(),
  imageSize: z.int().describe('Height and width in pixels that the weights were trained or tested at.'),
  batchNorm: z
    .array(z.object({ epsilon: z.number(), momentum: z.number() }))
    .describe(
      "Constants of the BatchNorm layers, each different pair once, with momentum in PyTorch's meaning; empty where the model has no such layer.",
    ),
})

export const idiomaticPairSchema = z.object({
  kerasApplications: idiomaticSideSchema,
  torchvision: idiomaticSideSchema,
})

/** Part of an entry of `python/twintune/idiomatic_pairs.json` that says how a library builds and feeds its model. */
const idiomaticBuildersSchema = z.object({
  kerasApplications: z.object({
    model: z.string(),
    module: z.string().describe('Module of keras.applications that preprocesses the images.'),
    weights: z.string(),
  }),
  torchvision: z.object({
    model: z.string(),
    options: z.record(z.string(), z.boolean()).describe("Options that the model's builder is given."),
    weights: z.string(),
  }),
})

/** Network that can be compared, and the modes that it can be compared in: at least one. */
export interface Backbone {
  readonly name: string
  /** Height and width in pixels of aligned mode, or torchvision's where there is no aligned mode. */
  readonly defaultImageSize: number
  readonly aligned?: z.output<typeof alignedSchema>
  /** Pair of the two libraries' own models of that name. */
  readonly idiomatic?: z.output<typeof idiomaticPairSchema>
}

const aligned = new Map<string, unknown>(Object.entries(alignedTable))
const idiomatic = new Map<string, unknown>(Object.entries(idiomaticTable))

export const backboneNames: readonly string[] = [...new Set([...aligned.keys(), ...idiomatic.keys()])]

/** Lists all backbones, each read from its table. */
export function allBackbones(): Backbone[] {
  return backboneNames.flatMap((name) => findBackbone(name) ?? [])
}

/**
 * Finds the backbone of a name; `undefined` where there is none. It is read from its table only now: every command
 * imports the names, and reading all backbones would slow each command's start.
 */
export function findBackbone(name: string): Backbone | undefined {
  const entry = aligned.has(name) ? alignedSchema.parse(aligned.get(name)) : undefined
  const pair = idiomatic.has(name) ? idiomaticPairSchema.parse(idiomatic.get(name)) : undefined
  const defaultImageSize = entry?.defaultImageSize ?? pair?.torchvision.imageSize
  if (defaultImageSize === undefined) return undefined
  return { name, defaultImageSize, ...(entry && { aligned: entry }), ...(pair && { idiomatic: pair }) }
}

/**
 * Finds how the two libraries build their own models of a name.
 *
 * @throws RangeError Where idiomatic mode has no such backbone.
 */
export function findIdiomaticBuilders(name: string): z.output<typeof idiomaticBuildersSchema> {
  if (!idiomatic.has(name)) throw new RangeError(`There is no backbone ${name} in idiomatic mode.`)
  return idiomaticBuildersSchema.parse(idiomatic.get(name))
}

/**
 * Height and width in pixels that the ImageNet weights of a backbone want: in aligned mode timm's, or the size next to it
 * at which both engines pad as the weights were trained; in idiomatic mode torchvision's.
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

/** Lists the names of the backbones that a mode has. */
export function backbonesOf(mode: 'aligned' | 'idiomatic'): string[] {
  const table = { aligned, idiomatic }[mode]
  return backboneNames.filter((name) => table.has(name))
}
