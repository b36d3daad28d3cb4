import { alignedBackbone, type PlannedPhase, type ScriptPlan } from '../plan.js'
import { literal } from '../python-text.js'

/** Describes in a few words what a phase trains. */
export function describePhase(
  { phases }: ScriptPlan,
  { number, phase: { trainable } }: PlannedPhase,
): string {
  const what =
    trainable === 'head'
      ? 'the head alone'
      : trainable === 'all'
        ? 'the whole network'
        : 'from' in trainable
          ? `the head, and the backbone from ${trainable.from} on`
          : `the head, and the backbone's last ${trainable.lastStages === 1 ? 'stage' : `${trainable.lastStages} stages`}`
  return phases.length === 1 ? `Training: ${what}` : `Phase ${number}: ${what}`
}

/** Whether a phase trains parts of the backbone. */
export function trainsBackbone({ phase }: PlannedPhase): boolean {
  return phase.trainable !== 'head'
}

/** Whether the optimiser treats some parameters otherwise than others. */
export function hasGroups({ phases }: ScriptPlan): boolean {
  return phases.some((planned) => planned.phase.optimizer.weightDecay > 0 || isScaled(planned))
}

/** Whether the backbone learns at another rate than the head. */
export function isScaled(planned: PlannedPhase): boolean {
  const { backboneLearningRateScale, layerwiseDecay } = planned.phase
  return trainsBackbone(planned) && (backboneLearningRateScale !== 1 || layerwiseDecay !== 1)
}

/** Writes the beginnings of the names of the backbone's tensors that a phase trains, as a tuple. */
export function trainedNames(plan: ScriptPlan, { phase: { trainable } }: PlannedPhase): string {
  const { stages } = alignedBackbone(plan)
  if (trainable === 'head') return '()'
  if (trainable === 'all') return '("",)'
  const first =
    'from' in trainable
      ? stages.findIndex(({ name }) => name === trainable.from)
      : stages.length - trainable.lastStages
  return literal(stages.slice(first).flatMap(({ tensors }) => tensors))
}

/** Writes the arguments that tell the grouping of parameters how a phase differs from an even one. */
export function groupArguments(planned: PlannedPhase): string[] {
  const { phase, prefix } = planned
  const isTrained = trainsBackbone(planned)
  return [
    isTrained && phase.backboneLearningRateScale !== 1 && `backbone_scale=${prefix}BACKBONE_SCALE`,
    isTrained && phase.layerwiseDecay !== 1 && `layerwise_decay=${prefix}LAYERWISE_DECAY`,
    phase.optimizer.weightDecay > 0 && `weight_decay=${prefix}WEIGHT_DECAY`,
  ].filter((argument) => argument !== false)
}

function hasBackboneScale({ phases }: ScriptPlan): boolean {
  return phases.some((planned) => trainsBackbone(planned) && planned.phase.backboneLearningRateScale !== 1)
}

/** Whether stages of the backbone learn the more slowly the further they are from the head. */
export function hasLayerwiseDecay({ phases }: ScriptPlan): boolean {
  return phases.some((planned) => trainsBackbone(planned) && planned.phase.layerwiseDecay !== 1)
}

/** Writes what the grouping of parameters needs to know of each: the factor on its rate, and its decay. */
export function settingsOfParameter(plan: ScriptPlan, rank: string): string {
  const scaled = plan.phases.some(isScaled)
  const decaying = plan.phases.filter(({ phase }) => phase.optimizer.weightDecay > 0)
  const decaysAll = decaying.some(({ phase }) => phase.optimizer.decayNormAndBias)
  const share = [
    hasBackboneScale(plan) && 'backbone_scale',
    hasLayerwiseDecay(plan) && 'layerwise_decay ** distance_from_head(name)',
  ].filter((factor) => factor !== false)
  return [
    scaled && `scale = 1.0 if name.startswith("head.") else ${share.join(' * ')}`,
    decaying.length > 0 && `decay = ${decaysAll ? 'weight_decay' : `weight_decay if ${rank} > 1 else 0.0`}`,
  ]
    .filter((line) => line !== false)
    .join('\n')
}

/** Names of the settings that parameters are grouped by, and the parameters of the function that groups them. */
export function groupedBy(plan: ScriptPlan): {
  readonly names: readonly string[]
  readonly parameters: readonly string[]
} {
  const scaled = plan.phases.some(isScaled)
  const decays = plan.phases.some(({ phase }) => phase.optimizer.weightDecay > 0)
  return {
    names: [scaled && 'scale', decays && 'decay'].filter((name) => name !== false),
    parameters: [
      hasBackboneScale(plan) && 'backbone_scale: float = 1.0',
      hasLayerwiseDecay(plan) && 'layerwise_decay: float = 1.0',
      decays && 'weight_decay: float = 0.0',
    ].filter((text) => text !== false),
  }
}

/** Writes the stages of the backbone, and how far each tensor's is from the head. */
export function stagesSection(plan: ScriptPlan): string {
  const stages = alignedBackbone(plan).stages.map(({ tensors }) => `    ${literal(tensors)},`)
  return [
    '# The stages of the backbone from the image to the head: the beginnings of the names of their tensors.',
    'STAGES = (',
    ...stages,
    ')',
    '',
    '',
    'def distance_from_head(name: str) -> int:',
    '    """The number of stages from a tensor of the backbone to the head: 1 for the last stage."""',
    '    return next(len(STAGES) - index for index, names in enumerate(STAGES) if name.startswith(names))',
  ].join('\n')
}

/** Writes the comment on what the grouping does, for its docstring. */
export function groupingComment(plan: ScriptPlan): string {
  const decaying = plan.phases.filter(({ phase }) => phase.optimizer.weightDecay > 0)
  const passesOver = decaying.length > 0 && !decaying.some(({ phase }) => phase.optimizer.decayNormAndBias)
  return [
    plan.phases.some(isScaled) && 'The backbone knows much already, so it learns more slowly than the head.',
    passesOver && "Weight decay passes over vectors: biases, and BatchNorm's scales and shifts.",
  ]
    .filter((line) => line !== false)
    .join('\n')
}
