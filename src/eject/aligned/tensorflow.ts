import { hasValidation } from '../data.js'
import { alignedBackbone, beginsWith, type PlannedPhase, type ScriptPlan } from '../plan.js'
import { call, joinBlocks, joinLines, py } from '../python-text.js'
import { draws } from '../random.js'
import { heading } from '../section.js'
import {
  describePhase,
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
import { hiddenLayers } from './pytorch.js'
import { ratesOf, schedulesSection } from './schedules.js'
import { optimizerCall, optimizersSection, optimizerType } from './tensorflow-optimizers.js'
import {
  dropsUnits,
  epochLoop,
  hasRates,
  inputsOf,
  type LoopParts,
  loopSection,
  targetsSection,
  weightOf,
} from './training-loop.js'

const activations = { relu: 'tf.nn.relu', silu: 'tf.nn.silu', tanh: 'tf.nn.tanh' }

/** Writes the model in TensorFlow. */
export function tensorflowModel(plan: ScriptPlan): string {
  const { model } = plan.settings
  const { batchNorm } = alignedBackbone(plan)
  const isDeep = model.head.hidden.length > 0
  return joinBlocks(
    py`
      def load_backbone() -> tuple[keras.Model, dict[str, keras.Variable]]:
          """Builds keras-hub's backbone with timm's weights; returns its variables by timm's names too."""
          variables = {}
          port_weight = SafetensorLoader.port_weight

          def port_and_note(loader, keras_variable, hf_weight_key, hook_fn=None):
              port_weight(loader, keras_variable, hf_weight_key, hook_fn)
              variables[hf_weight_key] = keras_variable

          # keras-hub's converter knows which of its variables gets which of timm's tensors. By these names this script
          # says what trains, and saves its model: the names are the same in PyTorch.
          SafetensorLoader.port_weight = port_and_note
          with tempfile.TemporaryDirectory() as folder:
              Path(folder, "config.json").write_text(json.dumps({"architecture": BACKBONE, "pretrained_cfg": {}}))
              Path(folder, "model.safetensors").symlink_to(WEIGHTS)
              backbone = keras_hub.models.Backbone.from_preset(folder)
          SafetensorLoader.port_weight = port_weight
          ${batchNorm && joinLines('for layer in backbone._flatten_layers():', '    if isinstance(layer, keras.layers.BatchNormalization):', '        layer.epsilon = BATCH_NORM_EPSILON')}
          return backbone, variables`,
    py`
      def build_head(widths: list[int]) -> list[keras.layers.Dense]:
          """The layers of the head, with their first weights."""
          layers = []
          for index, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
              # Uniform in ±1/√inputs, as PyTorch draws it. NumPy draws it here, so that the head is the same in every
              # framework; Keras has the transposed matrix.
              draw, bound = ${draws(plan, 'init', '"head"', 'index')}, 1 / np.sqrt(inputs)
              layer = keras.layers.Dense(outputs)
              layer.build((None, inputs))
              layer.set_weights([draw.uniform(-bound, bound, (outputs, inputs)).T, draw.uniform(-bound, bound, outputs)])
              layers.append(layer)
          return layers`,
    joinLines(
      'backbone, variables = load_backbone()',
      `head = build_head([FEATURES, ${isDeep ? '*HIDDEN, ' : ''}len(CLASSES)])`,
      'head_variables = {}',
      'for index, layer in enumerate(head):',
      '    head_variables[f"head.{index}.weight"], head_variables[f"head.{index}.bias"] = layer.weights',
      '# All variables by name, the head first.',
      'variables = head_variables | variables',
    ),
    py`
      def features_of(images: tf.Tensor) -> tf.Tensor:
          """The mean over the backbone's last feature map: [images, features] of [images, height, width, 3]."""
          # BatchNorm normalises by the statistics that came with the weights, and keeps them: no training, for the backbone.
          return tf.reduce_mean(backbone(images, training=False), axis=(1, 2))`,
    py`
      def logits_of(features: tf.Tensor${dropsUnits(plan) ? ', masks: Sequence[tf.Tensor] = ()' : ''}) -> tf.Tensor:
          """The head: logits, [images, classes], of features."""
          ${isDeep ? hiddenLayers(plan, activations, 'head') : 'return head[0](features)'}`,
    joinLines(
      beginsWith(plan, 'pixels') || beginsWith(plan, 'features')
        ? 'PIXELS = tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE, 3], tf.float32)'
        : false,
      beginsWith(plan, 'features') && 'FEATURE_ROWS = tf.TensorSpec([None, FEATURES], tf.float32)',
    ),
    joinLines(
      '# Traced once, for batches of any number of images.',
      beginsWith(plan, 'features') &&
        'run_backbone = tf.function(features_of, input_signature=[PIXELS], autograph=False)',
      beginsWith(plan, 'features') &&
        'predict_from_features = tf.function(logits_of, input_signature=[FEATURE_ROWS], autograph=False)',
      beginsWith(plan, 'pixels') &&
        'predict = tf.function(lambda pixels: logits_of(features_of(pixels)), input_signature=[PIXELS], autograph=False)',
    ),
    beginsWith(plan, 'features') &&
      py`
        def extract_features(split: Split) -> np.ndarray:
            """What the backbone makes of all images of a split, of shape [images, features]."""
            batches = in_batches(np.arange(len(split.labels)))
            return np.concatenate([run_backbone(evaluation_pixels(split, batch)).numpy() for batch in batches])`,
    py`
      def evaluate(split: Split) -> np.ndarray:
          """The logits of all images of a split, of shape [images, classes]."""
          logits = []
          for batch in in_batches(np.arange(len(split.labels))):
              inputs = ${inputsOf(plan, 'split', 'evaluation_pixels(split, batch)')}
              logits.append(${predictor(plan)}(inputs).numpy())
          return np.concatenate(logits)`,
  )
}

function predictor(plan: ScriptPlan): string {
  if (!beginsWith(plan, 'features')) return 'predict'
  if (!beginsWith(plan, 'pixels')) return 'predict_from_features'
  return '(predict if split.features is None else predict_from_features)'
}

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
    ...plan.phases.map((phase) => trainPhase(plan, phase)),
  )
}

function loopParts(plan: ScriptPlan): LoopParts {
  return {
    parameters: `optimizer: ${optimizerType(plan)}`,
    before: 'train_step = make_step(optimizer)',
    step: step(plan),
    loss: 'float(loss)',
    endGroup: '',
    snapshot: '{name: variable.numpy() for name, variable in variables.items()}',
    restore: joinLines('for name, value in best_weights.items():', '    variables[name].assign(value)'),
  }
}

/** Writes the tensors of the model by the names and in the layouts of timm, as NumPy's arrays. */
export const tensorflowTensors = py`
  def as_timm(value: np.ndarray) -> np.ndarray:
      """Turns a variable from Keras' layout to PyTorch's, which has a kernel's outputs first."""
      if value.ndim == 4:  # a depthwise kernel, whose last axis is 1, has its outputs in the axis before
          return value.transpose(2, 3, 0, 1) if value.shape[3] == 1 else value.transpose(3, 2, 0, 1)
      return value.T


  tensors = {name: np.ascontiguousarray(as_timm(variable.numpy())) for name, variable in variables.items()}`

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

function trainPhase(plan: ScriptPlan, planned: PlannedPhase): string {
  const { prefix, input } = planned
  const previous = plan.phases[planned.number - 2]
  const splits = `(train, ${hasValidation(plan) ? 'validation, ' : ''}test)`
  return py`
    ${heading(describePhase(plan, planned))}

    ${
      input === 'features' &&
      previous?.input !== 'features' &&
      py`
      # The backbone is frozen and sees the same images in every epoch, so it runs once.
      for split in ${splits}:
          split.features = extract_features(split)`
    }
    ${
      input === 'pixels' &&
      previous?.input === 'features' &&
      py`
      # The backbone changes from here on: what it made of the images is of no more use.
      for split in ${splits}:
          split.features = None`
    }
    ${parametersOf(plan, planned)}
    optimizer = ${optimizerCall(plan, planned)}
    ${hasRates(plan) && ratesOf(planned)}
    ${
      plan.phases.length === 1
        ? epochLoop(plan, loopParts(plan), { epochs: 'EPOCHS' })
        : `train_phase(${prefix}EPOCHS, ${hasRates(plan) ? 'rates, ' : ''}optimizer)`
    }`
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
