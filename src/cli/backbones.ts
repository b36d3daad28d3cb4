import { type Backbone, backbones } from '../backbones.js'
import { renderOptionsFor } from '../log/output.js'
import { createStyle } from '../report/style.js'
import { renderTable } from '../report/table.js'
import type { BackboneLine } from './backbone-line.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface BackbonesOptions extends OutputOptions {
  readonly stages?: boolean
}

/** `twintune backbones`: what can be compared. */
export async function backbonesCommand(
  { json, stages = false }: BackbonesOptions,
  context: CommandContext,
): Promise<number> {
  if (json) {
    for (const backbone of backbones) context.stdout(JSON.stringify(toLine(backbone)))
  } else {
    const style = createStyle(renderOptionsFor(context.streams.stdout))
    const title = stages
      ? ['stages, from the image to the head']
      : ['image size', 'features', 'weights', 'modes']
    context.stdout(
      renderTable(
        backbones.map((backbone) => [backbone.name, ...(stages ? [stageNames(backbone)] : cells(backbone))]),
        {
          head: ['backbone', ...title],
          align: stages ? ['left', 'left'] : ['left', 'right', 'right', 'left', 'left'],
          fold: stages,
        },
        style,
      ),
    )
  }
  return exitCodes.done
}

function cells(backbone: Backbone): string[] {
  return [
    String(backbone.defaultImageSize),
    String(backbone.features),
    weightsSource(backbone),
    modes(backbone).join(', '),
  ]
}

function toLine(backbone: Backbone): BackboneLine {
  const { name, features, defaultImageSize, stages } = backbone
  return {
    type: 'backbone',
    name,
    defaultImageSize,
    features,
    weights: weightsSource(backbone),
    modes: modes(backbone),
    stages: stages.map((stage) => stage.name),
  }
}

function stageNames({ stages }: Backbone): string {
  return stages.map((stage) => stage.name).join(', ')
}

function modes({ idiomatic }: Backbone): BackboneLine['modes'] {
  return idiomatic ? ['aligned', 'idiomatic'] : ['aligned']
}

function weightsSource({ imagenet }: Backbone): string {
  return imagenet.source === 'package' ? `package ${imagenet.package}` : `hub ${imagenet.repository}`
}
