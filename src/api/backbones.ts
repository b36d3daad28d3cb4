import { allBackbones, type Backbone } from '../backbones.js'
import type { BackboneLine } from '../lines/backbone.js'

/** Lists the networks that can be compared, in the order of their names, as `twintune backbones --json` prints them. */
export function backbones(): BackboneLine[] {
  return allBackbones().map(toLine)
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
