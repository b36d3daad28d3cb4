import table from '../python/twintune/backbones.json' with { type: 'json' }

/** What both languages know of a backbone; `python/twintune/backbones.json` is the one table. */
export interface Backbone {
  readonly name: string
  /** Channels of the pooled feature vector. */
  readonly features: number
  readonly defaultImageSize: number
  readonly imagenet:
    | { readonly source: 'package'; readonly package: string; readonly oddImageSizes?: boolean }
    | { readonly source: 'hub'; readonly repository: string }
  /** The two libraries' own models of the same name; absent where there is no such pair. */
  readonly idiomatic?: { readonly kerasApplications: string; readonly torchvision: string }
  /** In order from the image to the head; names are timm's. */
  readonly stages: readonly { readonly name: string; readonly tensors: readonly string[] }[]
}

export const backbones: readonly Backbone[] = Object.entries(table).map(
  ([name, entry]) => ({ name, ...entry }) as Backbone,
)

export const backboneNames = backbones.map((backbone) => backbone.name) as [string, ...string[]]

/** The backbone of that name, or `undefined`. */
export function findBackbone(name: string): Backbone | undefined {
  return backbones.find((backbone) => backbone.name === name)
}
