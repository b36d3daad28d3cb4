import { allBackbones, type Backbone } from '../backbones.js'
import type { BackboneLine } from '../lines/backbone.js'
import { renderOptionsFor } from '../log/output.js'
import { createStyle } from '../report/style.js'
import { renderTable, type TableLayout } from '../report/table.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface BackbonesOptions extends OutputOptions {
  readonly stages?: boolean
  readonly differences?: boolean
}

interface Listing extends TableLayout {
  readonly rows: readonly (readonly string[])[]
}

/** `twintune backbones`: what can be compared. */
export async function backbonesCommand(
  { json, stages = false, differences = false }: BackbonesOptions,
  context: CommandContext,
): Promise<number> {
  if (json) {
    for (const backbone of allBackbones()) context.stdout(JSON.stringify(toLine(backbone)))
    return exitCodes.done
  }
  const style = createStyle(renderOptionsFor(context.streams.stdout))
  const listings = stages || differences ? [] : [overview()]
  if (stages) listings.push(stageListing())
  if (differences) listings.push(differenceListing())
  context.stdout(listings.map(({ rows, ...layout }) => renderTable(rows, layout, style)).join('\n\n'))
  return exitCodes.done
}

function overview(): Listing {
  return {
    head: ['backbone', 'image size', 'features', 'weights', 'modes'],
    align: ['left', 'right', 'right', 'left', 'left'],
    rows: allBackbones()
      .map(toLine)
      .map(({ name, defaultImageSize, features, weights, modes }) => [
        name,
        String(defaultImageSize),
        String(features ?? ''),
        weights ?? "each library's own",
        modes.join(', '),
      ]),
  }
}

function stageListing(): Listing {
  return {
    head: ['backbone', 'stage', "ends with timm's", "ends with keras-hub's"],
    align: ['left', 'left', 'left', 'left'],
    rows: allBackbones().flatMap((backbone) =>
      toLine(backbone).stages.map(({ name, timm, kerasHub }, index) => [
        index === 0 ? backbone.name : '',
        name,
        timm,
        kerasHub,
      ]),
    ),
  }
}

function differenceListing(): Listing {
  return {
    head: ['backbone', 'what differs', 'keras.applications', 'torchvision'],
    align: ['left', 'left', 'left', 'left'],
    rows: allBackbones().flatMap(({ name, idiomatic }) => {
      if (idiomatic === undefined) return []
      const [ours, theirs] = [aspects(idiomatic.kerasApplications), aspects(idiomatic.torchvision)]
      const rows = ours.map(([what, text], index) => [what, text, theirs[index]?.[1] ?? ''])
      return rows
        .filter(([, here, there]) => here !== there)
        .map((row, index) => [index === 0 ? name : '', ...row])
    }),
  }
}

type Side = NonNullable<Backbone['idiomatic']>['torchvision']

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

function toLine({ name, defaultImageSize, aligned, idiomatic }: Backbone): BackboneLine {
  return {
    type: 'backbone',
    name,
    modes: [...(aligned ? (['aligned'] as const) : []), ...(idiomatic ? (['idiomatic'] as const) : [])],
    defaultImageSize,
    features: aligned?.features ?? null,
    weights: aligned ? weightsSource(aligned.imagenet) : null,
    stages: (aligned?.stages ?? []).map((stage) => ({
      name: stage.name,
      timm: stage.timmModule,
      kerasHub: stage.kerasFollower ? `the activation after ${stage.kerasLayer}` : stage.kerasLayer,
    })),
    idiomatic: idiomatic ?? null,
  }
}

function weightsSource(imagenet: NonNullable<Backbone['aligned']>['imagenet']): string {
  return imagenet.source === 'package' ? `package ${imagenet.package}` : `hub ${imagenet.repository}`
}
