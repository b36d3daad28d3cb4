import { findIdiomaticBuilders } from '../../backbones.js'
import { hasValidation } from '../data.js'
import type { PlannedPhase, ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, literal, py } from '../python-text.js'
import { seedName } from '../random.js'
import { heading } from '../section.js'

/** Writes the input pipeline as TensorFlow has it: a tf.data dataset. */
export function tensorflowPipeline(plan: ScriptPlan): string {
  const { kerasApplications } = findIdiomaticBuilders(plan.settings.model.backbone)
  return py`
    def batches_of(split: Split, positions: tf.data.Dataset) -> tf.data.Dataset:
        """Batches of the images at positions, with their classes. TensorFlow resizes without smoothing."""
        labels = tf.constant(split.labels)

        def load(position):
            image = tf.numpy_function(lambda at: np.asarray(decode(split.images[at])), [position], tf.uint8)
            image.set_shape([None, None, 3])
            image = tf.image.resize(image, (IMAGE_SIZE, IMAGE_SIZE))
            return keras.applications.${kerasApplications.module}.preprocess_input(image), labels[position]

        return positions.map(load, num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)`
}

/** Writes the model as the document's TensorFlow listing has it. */
export function tensorflowIdiomaticModel(plan: ScriptPlan): string {
  const { kerasApplications } = findIdiomaticBuilders(plan.settings.model.backbone)
  const { head, weights } = plan.settings.model
  const source = weights.kind === 'imagenet' ? literal(kerasApplications.weights) : 'None'
  return joinBlocks(
    py`
      backbone = keras.applications.${kerasApplications.model}(weights=${source}, include_top=False)
      head = [
          ${
            head.hidden.length > 0 &&
            (head.dropout > 0
              ? py`
              *(
                  layer
                  for width in HIDDEN
                  for layer in (keras.layers.Dense(width, activation=${literal(head.activation)}), keras.layers.Dropout(DROPOUT))
              ),`
              : `*(keras.layers.Dense(width, activation=${literal(head.activation)}) for width in HIDDEN),`)
          }
          keras.layers.Dense(len(CLASSES), activation="softmax"),
      ]
      x = keras.layers.GlobalAveragePooling2D()(backbone.output)
      for layer in head:
          x = layer(x)
      model = keras.Model(inputs=backbone.input, outputs=x)`,
    py`
      def evaluate(split: Split) -> np.ndarray:
          """Logits of all images of a split, of shape [images, classes]: the logarithms of the softmax's probabilities."""
          probabilities = model.predict(batches_of(split, tf.data.Dataset.range(len(split.labels))), verbose=0)
          return np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))`,
  )
}

/** Writes the training as the document's TensorFlow listing has it. */
export function tensorflowIdiomaticTraining(plan: ScriptPlan): string {
  return plan.phases.map((phase) => trainPhase(plan, phase)).join('\n\n\n')
}

function trainPhase(plan: ScriptPlan, { phase }: PlannedPhase): string {
  return py`
    ${heading(`Training: ${phase.trainable === 'head' ? 'the head alone' : 'the whole network'}`)}

    ${
      phase.trainable === 'head' &&
      py`
      # A frozen layer of Keras is out of training altogether: its BatchNorm keeps the statistics, unlike PyTorch's.
      for layer in backbone.layers:
          layer.trainable = False`
    }
    optimizer = ${optimizer(phase)}
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for epoch in range(EPOCHS):
        # An order of its own for each epoch and seed, over all images.
        positions = tf.data.Dataset.range(len(train.labels))
        positions = positions.shuffle(len(train.labels), seed=${seedName(plan, 'order')} * 1_000_003 + epoch)
        history = model.fit(batches_of(train, positions), verbose=0).history
        ${
          hasValidation(plan)
            ? py`
            found = measure(evaluate(validation), validation.labels)
            print(
                f"epoch {epoch + 1}/{EPOCHS}  loss {history['loss'][0]:.4f}"
                f"  validation loss {found['loss']:.4f}  accuracy {found['accuracy']:.2%}"
            )`
            : 'print(f"epoch {epoch + 1}/{EPOCHS}  loss {history[\'loss\'][0]:.4f}")'
        }`
}

function optimizer({ optimizer }: PlannedPhase['phase']): string {
  const decay = optimizer.weightDecay > 0 ? ', weight_decay=WEIGHT_DECAY' : ''
  if (optimizer.name === 'sgd') {
    const momentum = optimizer.momentum > 0 ? `, momentum=${literal(optimizer.momentum)}` : ''
    const nesterov = optimizer.nesterov ? ', nesterov=True' : ''
    return `keras.optimizers.SGD(learning_rate=LEARNING_RATE${momentum}${nesterov}${decay})`
  }
  const kind = optimizer.name === 'adamw' ? 'AdamW' : 'Adam'
  const betas =
    optimizer.beta1 === 0.9 && optimizer.beta2 === 0.999
      ? ''
      : `, beta_1=${literal(optimizer.beta1)}, beta_2=${literal(optimizer.beta2)}`
  const epsilon = optimizer.epsilon === undefined ? '' : `, epsilon=${literal(optimizer.epsilon)}`
  const noDecay = optimizer.name === 'adamw' && decay === '' ? ', weight_decay=0.0' : decay
  return `keras.optimizers.${kind}(learning_rate=LEARNING_RATE${betas}${epsilon}${noDecay})`
}

/** Tensors of the model: the backbone's by the names of Keras, then the head's in PyTorch's layout. */
export const tensorflowIdiomaticTensors = joinLines(
  'tensors = {variable.path: variable.numpy() for variable in backbone.weights}',
  'for index, layer in enumerate(each for each in head if isinstance(each, keras.layers.Dense)):',
  '    kernel, bias = layer.get_weights()',
  '    tensors[f"head.{index}.weight"] = np.ascontiguousarray(kernel.T)  # outputs first, as in PyTorch',
  '    tensors[f"head.{index}.bias"] = bias',
)
