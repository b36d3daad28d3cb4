import { allBackbones, type Backbone } from '../backbones.js'
import type { BackboneLine } from '../lines/backbone.js'
import { renderOptionsFor } from '../log/output.js'
import { renderBackbones } from '../report/backbones.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface BackbonesOptions extends OutputOptions {
  readonly stages?: boolean
  readonly differences?: boolean
}

/** Carries out `twintune backbones`: what can be compared. */
export async function backbonesCommand(
  { json, stages = false, differences = false }: BackbonesOptions,
  context: CommandContext,
): Promise<number> {
  const lines = allBackbones().map(toLine)
  if (json) for (const line of lines) context.stdout(JSON.stringify(line))
  else
    context.stdout(renderBackbones(lines, { stages, differences }, renderOptionsFor(context.streams.stdout)))
  return exitCodes.done
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
