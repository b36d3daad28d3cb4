import { hasValidation } from '../data.js'
import { beginsWith, isAugmented, isMixed, type ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, py } from '../python-text.js'
import { draws } from '../random.js'
import { isScaled } from './phases.js'
import { hasSchedule } from './schedules.js'

/** Parts of the training loop that a framework writes: Python expressions and lines. */
export interface LoopParts {
  /** Parameters of the function beside `epochs` and `rates`, and what its first line says. */
  readonly parameters: string
  /** Lines before the first epoch. */
  readonly before?: string
  /** Lines that train on a batch, from `inputs`, `targets`, `masks` and `weight`, and set `loss`. */
  readonly step: string
  /** Expression of a batch's loss as a number. */
  readonly loss: string
  /** Expression of a copy of all weights. */
  readonly snapshot: string
  /** Line that puts the weights of `best_weights` back. */
  readonly restore: string
}

// Targets that are more than the numbers of the classes.
function hasSoftTargets({ settings }: ScriptPlan): boolean {
  const { training } = settings
  return isMixed(settings) || training.labelSmoothing > 0 || training.classWeights !== 'none'
}

/** Whether the head drops hidden units. */
export function dropsUnits({ settings: { model } }: ScriptPlan): boolean {
  return model.head.dropout > 0 && model.head.hidden.length > 0
}

/** Writes the targets and the dropout masks of a batch, in NumPy. */
export function targetsSection(plan: ScriptPlan): string {
  const { training } = plan.settings
  const isWeighted = training.classWeights === 'balanced'
  const smoothed =
    training.labelSmoothing > 0 ? '(1 - LABEL_SMOOTHING) * shares + LABEL_SMOOTHING / len(CLASSES)' : 'shares'
  return joinBlocks(
    isWeighted &&
      py`
        # Each class counts the same in the loss, however many images it has.
        images_of = np.bincount(train.labels, minlength=len(CLASSES))
        CLASS_WEIGHTS = np.divide(len(train.labels), len(CLASSES) * images_of, out=np.zeros(len(CLASSES)), where=images_of > 0)`,
    hasSoftTargets(plan) &&
      py`
      def targets_of(shares: np.ndarray) -> ${isWeighted ? 'tuple[np.ndarray, float]' : 'np.ndarray'}:
          """The factors of -log(probability) in the loss of a batch${isWeighted ? ', and what the loss is divided by' : ''}.

          They are made of the shares of the classes in each image, in double precision until the end.
          """
          ${
            isWeighted
              ? py`
              targets = CLASS_WEIGHTS * (${smoothed})
              return targets.astype(np.float32), float((CLASS_WEIGHTS * shares).sum())`
              : `return (${smoothed}).astype(np.float32)`.replace('(shares).', 'shares.')
          }`,
    dropsUnits(plan) &&
      py`
        def dropout_masks(images: int, step: int) -> list[np.ndarray]:
            """Masks that drop hidden units in a step, and enlarge the others so that the sum stays the same on average.

            They are drawn here and not by the framework, so that every framework drops the same units.
            """
            draw, keep = ${draws(plan, 'init', '"dropout"', 'step')}, 1 - DROPOUT
            return [(draw.random((images, width)) < keep).astype(np.float32) / np.float32(keep) for width in HIDDEN]`,
  )
}

/** Writes what the loop counts, and where there are several phases the function that trains one. */
export function loopSection(plan: ScriptPlan, parts: LoopParts): string {
  const isAlone = plan.phases.length === 1
  const counts = joinLines(
    hasRates(plan) && 'STEPS_PER_EPOCH = math.ceil(len(train.labels) / BATCH_SIZE)',
    !isAlone && '# Counted over all phases, since what is drawn at random is drawn for an epoch or a step.',
    !isAlone && 'epoch_numbers = itertools.count()',
    dropsUnits(plan) && 'step_numbers = itertools.count()',
  )
  if (isAlone) return counts
  return joinBlocks(
    counts,
    py`
      def train_phase(epochs: int, ${hasRates(plan) ? 'rates: list[float], ' : ''}${parts.parameters}) -> None:
          """Trains for some epochs${hasRates(plan) ? '; each step of the optimiser has a learning rate of its own' : ''}."""
          ${epochLoop(plan, parts, { epochs: 'epochs' })}`,
  )
}

/** Writes the loop over epochs and batches. */
export function epochLoop(plan: ScriptPlan, parts: LoopParts, { epochs }: { epochs: string }): string {
  const { earlyStopping } = plan.settings.training
  const isAlone = plan.phases.length === 1
  const number = isAlone ? 'epoch' : 'epoch_number'
  const restores = earlyStopping?.restoreBest === true
  return py`
    ${parts.before}
    ${earlyStopping && `best, ${restores ? 'best_weights, ' : ''}waited = ${worst(plan)}, ${restores ? 'None, ' : ''}0`}
    for epoch in range(${epochs}):
        ${!isAlone && 'epoch_number = next(epoch_numbers)'}
        order = ${draws(plan, 'order', '"batch order"', number)}.permutation(len(train.labels))
        ${hasRates(plan) && 'epoch_rates = rates[epoch * STEPS_PER_EPOCH : (epoch + 1) * STEPS_PER_EPOCH]'}
        loss_sum = 0.0
        ${weightOf(plan) === 'weight' && 'weight_sum = 0.0'}
        ${batchLoop(plan, parts)}
        ${
          hasValidation(plan)
            ? validation(plan, parts, epochs)
            : `print(f"epoch {epoch + 1}/{${epochs}}  loss {loss_sum / ${weightOf(plan) === 'weight' ? 'weight_sum' : 'len(train.labels)'}:.4f}")`
        }
    ${restores && parts.restore}`
}

/** Whether each step is told its learning rate: where it changes, or where groups have shares of it. */
export function hasRates(plan: ScriptPlan): boolean {
  return hasSchedule(plan) || plan.phases.some(isScaled)
}

function batchLoop(plan: ScriptPlan, parts: LoopParts): string {
  const [item, items] = hasRates(plan)
    ? ['batch, rate', 'zip(in_batches(order), epoch_rates, strict=True)']
    : ['batch', 'in_batches(order)']
  const numbered = hasRates(plan) ? `step, (${item})` : `step, ${item}`
  return py`
    for ${isMixed(plan.settings) ? `${numbered} in enumerate(${items})` : `${item} in ${items}`}:
        ${batchInputs(plan)}
        ${parts.step}
        loss_sum += ${parts.loss} * ${weightOf(plan)}
        ${weightOf(plan) === 'weight' && 'weight_sum += weight'}`
}

function batchInputs(plan: ScriptPlan): string {
  const { training } = plan.settings
  const isOfMixed = isMixed(plan.settings)
  const isWeighted = training.classWeights === 'balanced'
  const hasSharesAlone = !isOfMixed && training.labelSmoothing === 0 && !isWeighted
  return py`
    inputs = ${trainingInputs(plan)}
    ${hasSharesAlone && 'targets = np.eye(len(CLASSES), dtype=np.float32)[train.labels[batch]]'}
    ${!hasSharesAlone && sharesAndTargets(plan)}
    ${!isWeighted && isOfMixed && 'weight = float(shares.sum())'}
    ${dropsUnits(plan) && 'masks = dropout_masks(len(batch), next(step_numbers))'}`
}

function sharesAndTargets(plan: ScriptPlan): string {
  const isWeighted = plan.settings.training.classWeights === 'balanced'
  return py`
    shares = np.eye(len(CLASSES))[train.labels[batch]]
    ${isMixed(plan.settings) && `inputs, shares = mix(inputs, shares, ${plan.phases.length === 1 ? 'epoch' : 'epoch_number'}, step)`}
    ${isWeighted ? 'targets, weight = targets_of(shares)' : 'targets = targets_of(shares)'}`
}

/** Name of what the loss of a batch is divided by. */
export function weightOf({ settings }: ScriptPlan): string {
  return isMixed(settings) || settings.training.classWeights === 'balanced' ? 'weight' : 'len(batch)'
}

function trainingInputs(plan: ScriptPlan): string {
  const pixels = isAugmented(plan.settings)
    ? `training_pixels(batch, ${plan.phases.length === 1 ? 'epoch' : 'epoch_number'})`
    : 'evaluation_pixels(train, batch)'
  return inputsOf(plan, 'train', pixels)
}

/** Writes the expression of the inputs of a batch: features where there are any, or pixels. */
export function inputsOf(plan: ScriptPlan, split: string, pixels: string): string {
  if (!beginsWith(plan, 'features')) return pixels
  const features = `${split}.features[batch]`
  return beginsWith(plan, 'pixels') ? `${pixels} if ${split}.features is None else ${features}` : features
}

function validation(plan: ScriptPlan, parts: LoopParts, epochs: string): string {
  const { earlyStopping } = plan.settings.training
  const measured = `measure(evaluate(validation), validation.labels)`
  return py`
    found = ${measured}
    print(
        f"epoch {epoch + 1}/{${epochs}}  loss {loss_sum / ${weightOf(plan) === 'weight' ? 'weight_sum' : 'len(train.labels)'}:.4f}"
        f"  validation loss {found['loss']:.4f}  accuracy {found['accuracy']:.2%}"
    )
    ${earlyStopping && stopping(plan, parts)}`
}

function stopping(plan: ScriptPlan, parts: LoopParts): string {
  const { earlyStopping } = plan.settings.training
  if (!earlyStopping) return ''
  const { monitor, minDelta, restoreBest } = earlyStopping
  const gain = isLowerBetter(plan) ? `best - found["${monitor}"]` : `found["${monitor}"] - best`
  return py`
    waited += 1
    if ${gain} > ${minDelta > 0 ? 'MIN_DELTA' : '0'}:
        best, waited = found["${monitor}"], 0
        ${restoreBest && `best_weights = ${parts.snapshot}`}
    if waited == PATIENCE:
        break`
}

function worst(plan: ScriptPlan): string {
  return isLowerBetter(plan) ? 'math.inf' : '-math.inf'
}

function isLowerBetter({ settings: { training } }: ScriptPlan): boolean {
  const { monitor = 'loss', mode = 'auto' } = training.earlyStopping ?? {}
  return mode === 'min' || (mode === 'auto' && monitor === 'loss')
}
