import { beginsWith, type PlannedPhase, type ScriptPlan } from '../plan.js'
import { call, joinBlocks, joinLines, py } from '../python-text.js'
import { phaseSection } from './phase-section.js'
import {
  groupArguments,
  groupedBy,
  groupingComment,
  hasGroups,
  hasLayerwiseDecay,
  settingsOfParameter,
  stagesSection,
  trainedNames,
  trainsBackbone,
} from './phases.js'
import { schedulesSection } from './schedules.js'
import { optimizerCall, optimizersSection, optimizerType } from './tensorflow-optimizers.js'
import {
  dropsUnits,
  hasRates,
  type LoopParts,
  loopSection,
  targetsSection,
  weightOf,
} from './training-loop.js'

/** Writes the training in TensorFlow: the loop, then the phases. */
export function tensorflowTraining(plan: ScriptPlan): string {
  return joinBlocks(
    schedulesSection(plan),
    targetsSection(plan),
    hasLayerwiseDecay(plan) && stagesSection(plan),
    choosing(plan),
    grouping(plan),
    optimizersSection(plan),
    trainStep(plan),
    loopSection(plan, loopParts(plan)),
    ...plan.phases.map((phase) => phaseSection(plan, phase, loopParts(plan), optimizerOf(plan, phase))),
  )
}

function loopParts(plan: ScriptPlan): LoopParts {
  return {
    parameters: `optimizer: ${optimizerType(plan)}`,
    before: 'train_step = make_step(optimizer)',
    step: step(plan),
    loss: 'float(loss)',
    snapshot: '{name: variable.numpy() for name, variable in variables.items()}',
    restore: joinLines('for name, value in best_weights.items():', '    variables[name].assign(value)'),
  }
}

function choosing(plan: ScriptPlan): string | false {
  if (!plan.phases.some(trainsBackbone)) return false
  return py`
    def choose(names: tuple[str, ...]) -> dict[str, keras.Variable]:
        """The head's variables, and the backbone's whose names begin so, without the statistics of BatchNorm."""
        statistics = (".running_mean", ".running_var")
        chosen = {name: each for name, each in variables.items() if name.startswith(("head.", *names))}
        return {name: each for name, each in chosen.items() if not name.endswith(statistics)}`
}

function grouping(plan: ScriptPlan): string {
  const { names, parameters } = groupedBy(plan)
  if (!hasGroups(plan)) return ''
  const fields = [
    names.includes('scale') && 'scale: float  # of the learning rate',
    names.includes('decay') && 'decay: float  # of the weights',
  ]
  return joinBlocks(
    py`
      class Trained(NamedTuple):
          """A variable that trains, and what the optimiser does to it."""

          variable: keras.Variable
          ${joinLines(...fields)}`,
    py`
      ${call('def with_settings(', ['chosen: dict[str, keras.Variable]', ...parameters], ') -> list[Trained]:')}
          """Says of each variable what the optimiser does to it.

          ${groupingComment(plan)}
          """
          trained = []
          for ${names.includes('scale') ? 'name, variable in chosen.items()' : 'variable in chosen.values()'}:
              ${settingsOfParameter(plan, 'len(variable.shape)')}
              trained.append(Trained(variable, ${names.join(', ')}))
          return trained`,
  )
}

function trainStep(plan: ScriptPlan): string {
  return joinBlocks(
    py`
      def make_step(optimizer: ${optimizerType(plan)}) -> Callable:
          """Traces a phase's step: it trains on a batch and returns the loss that the batch had before."""
          ${traced(plan)}`,
  )
}

function traced(plan: ScriptPlan): string {
  const masks = dropsUnits(plan)
  const inputs = !beginsWith(plan, 'features')
    ? 'PIXELS'
    : !beginsWith(plan, 'pixels')
      ? 'FEATURE_ROWS'
      : 'PIXELS if train.features is None else FEATURE_ROWS'
  const features = !beginsWith(plan, 'features')
    ? 'features_of(inputs)'
    : !beginsWith(plan, 'pixels')
      ? 'inputs'
      : 'features_of(inputs) if train.features is None else inputs'
  return py`
    ${masks && 'masks = [tf.TensorSpec([None, width], tf.float32) for width in HIDDEN]'}
    signature = [
        ${inputs},
        tf.TensorSpec([None, len(CLASSES)], tf.float32),
        tf.TensorSpec([], tf.float32),
        ${masks && 'masks,'}
        optimizer.signature,
    ]

    @tf.function(input_signature=signature, autograph=False)
    def train_step(inputs, targets, weight, ${masks ? 'masks, ' : ''}numbers):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(optimizer.variables)
            logits = logits_of(${features}${masks ? ', masks' : ''})
            # TensorFlow's fused cross-entropy takes it for granted that the targets of an image add up to 1.
            loss = -tf.reduce_sum(targets * tf.nn.log_softmax(logits)) / weight
        optimizer.apply(tape.gradient(loss, optimizer.variables), numbers)
        return loss

    return train_step`
}

function step(plan: ScriptPlan): string {
  const masks = dropsUnits(plan) ? 'masks, ' : ''
  const weight = weightOf(plan) === 'weight' ? 'np.float32(weight)' : 'np.float32(len(batch))'
  return `loss = train_step(inputs, targets, ${weight}, ${masks}optimizer.next_numbers(${hasRates(plan) ? 'rate' : ''}))`
}

function optimizerOf(plan: ScriptPlan, planned: PlannedPhase): string {
  return joinLines(parametersOf(plan, planned), `optimizer = ${optimizerCall(plan, planned)}`)
}

function parametersOf(plan: ScriptPlan, planned: PlannedPhase): string {
  const chosen = trainsBackbone(planned) ? `choose(${trainedNames(plan, planned)})` : 'head_variables'
  if (hasGroups(plan))
    return joinLines(
      `chosen = ${chosen}`,
      call('parameters = with_settings(', ['chosen', ...groupArguments(planned)]),
    )
  return `parameters = list(${chosen}.values())`
}
