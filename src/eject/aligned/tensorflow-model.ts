import { alignedBackbone, beginsWith, type ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, py } from '../python-text.js'
import { draws } from '../random.js'
import { hiddenLayers } from './head.js'
import { dropsUnits, inputsOf } from './training-loop.js'

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

/** Writes the tensors of the model by the names and in the layouts of timm, as NumPy's arrays. */
export const tensorflowTensors = py`
  def as_timm(value: np.ndarray) -> np.ndarray:
      """Turns a variable from Keras' layout to PyTorch's, which has a kernel's outputs first."""
      if value.ndim == 4:  # a depthwise kernel, whose last axis is 1, has its outputs in the axis before
          return value.transpose(2, 3, 0, 1) if value.shape[3] == 1 else value.transpose(3, 2, 0, 1)
      return value.T


  tensors = {name: np.ascontiguousarray(as_timm(variable.numpy())) for name, variable in variables.items()}`
