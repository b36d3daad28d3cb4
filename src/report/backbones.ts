import type { BackboneLine } from '../lines/backbone.js'
import { createStyle, type RenderOptions } from './style.js'
import { renderTable, type TableLayout } from './table.js'

/** Listings of the backbones that are wanted in place of the overview. */
export interface BackboneListings {
  readonly stages: boolean
  readonly differences: boolean
}

interface Listing extends TableLayout {
  readonly rows: readonly (readonly string[])[]
}

/** The backbones in a table: the overview, or the stages of each, or what differs between its two libraries. */
export function renderBackbones(
  backbones: readonly BackboneLine[],
  { stages, differences }: BackboneListings,
  options: RenderOptions,
): string {
  const style = createStyle(options)
  const listings = stages || differences ? [] : [overview(backbones)]
  if (stages) listings.push(stageListing(backbones))
  if (differences) listings.push(differenceListing(backbones))
  return listings.map(({ rows, ...layout }) => renderTable(rows, layout, style)).join('\n\n')
}

function overview(backbones: readonly BackboneLine[]): Listing {
  return {
    head: ['backbone', 'image size', 'features', 'weights', 'modes'],
    align: ['left', 'right', 'right', 'left', 'left'],
    rows: backbones.map(({ name, defaultImageSize, features, weights, modes }) => [
      name,
      String(defaultImageSize),
      String(features ?? ''),
      weights ?? "each library's own",
      modes.join(', '),
    ]),
  }
}

function stageListing(backbones: readonly BackboneLine[]): Listing {
  return {
    head: ['backbone', 'stage', "ends with timm's", "ends with keras-hub's"],
    align: ['left', 'left', 'left', 'left'],
    rows: backbones.flatMap((backbone) =>
      backbone.stages.map(({ name, timm, kerasHub }, index) => [
        index === 0 ? backbone.name : '',
        name,
        timm,
        kerasHub,
      ]),
    ),
  }
}

function differenceListing(backbones: readonly BackboneLine[]): Listing {
  return {
    head: ['backbone', 'what differs', 'keras.applications', 'torchvision'],
    align: ['left', 'left', 'left', 'left'],
    rows: backbones.flatMap(({ name, idiomatic }) => {
      if (idiomatic === null) return []
      const [ours, theirs] = [aspects(idiomatic.kerasApplications), aspects(idiomatic.torchvision)]
      const rows = ours.map(([what, text], index) => [what, text, theirs[index]?.[1] ?? ''])
      return rows
        .filter(([, here, there]) => here !== there)
        .map((row, index) => [index === 0 ? name : '', ...row])
    }),
  }
}

type Side = NonNullable<BackboneLine['idiomatic']>['torchvision']

function aspects({ model, architecture, weights, preprocessing, imageSize, batchNorm }: Side) {
  const constants = batchNorm.map(({ epsilon, momentum }) => `epsilon ${epsilon}, momentum ${momentum}`)
  return [
    ['model', model],
    ['architecture', architecture],
    ['weights', weights],
    ['preprocessing', preprocessing],
    ['image size', String(imageSize)],
    ['BatchNorm', constants.join(' and ') || 'none'],
  ] as const
}
