import { frameworkNames } from '../framework-names.js'
import type { ScriptPlan } from './plan.js'
import { joinLines } from './python-text.js'
import { seedName } from './random.js'

/** Writes the docstring of a script: what it does, and what it needs. */
export function describeScript(plan: ScriptPlan): string {
  const { framework, settings, name, seed } = plan
  const other = framework === 'pytorch' ? 'TensorFlow' : 'PyTorch'
  const own = { tensorflow: ['tensorflow'], pytorch: ['torch'] }[framework]
  const models = {
    aligned: { tensorflow: ['keras-hub'], pytorch: ['timm'] },
    idiomatic: { tensorflow: [], pytorch: ['torchvision'] },
  }[settings.mode][framework]
  const data = settings.dataset.source === 'parquet' ? ['pyarrow'] : []
  const needs = [...own, ...models, 'numpy', 'pillow', 'safetensors', ...data]
  const backbone =
    settings.model.weights.kind === 'random'
      ? `${settings.model.backbone} with random weights`
      : `pretrained ${settings.model.backbone}`
  return [
    `"""Trains a classifier of images on a ${backbone} in ${frameworkNames[framework]}.`,
    '',
    `This is the experiment ${name} with seed ${seed}, as a plain script: change what you like. ${twin(plan, other)}`,
    '',
    `Needs: ${needs.join(', ')}`,
    '"""',
  ].join('\n')
}

function twin({ settings }: ScriptPlan, other: string): string {
  return settings.mode === 'aligned'
    ? `In ${other} the same\nweights, images, batches and arithmetic are in the script beside it.`
    : `The script\nbeside it does the same as ${other}'s own library has it.`
}

/** Writes the settings of the framework that decide bits. */
export function frameworkSettings(plan: ScriptPlan): string {
  const { deterministic, mode } = plan.settings
  const cores = 'CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()'
  const lines = {
    pytorch: [
      cores,
      'torch.set_num_threads(CORES)',
      deterministic && 'torch.use_deterministic_algorithms(True)',
      mode === 'idiomatic' &&
        `torch.manual_seed(${seedName(plan, 'init')})  # weights of the head, and dropout`,
    ],
    tensorflow: [
      cores,
      'tf.config.set_visible_devices([], "GPU")',
      'tf.config.threading.set_intra_op_parallelism_threads(CORES)',
      'tf.config.threading.set_inter_op_parallelism_threads(CORES)',
      deterministic && 'tf.config.experimental.enable_op_determinism()',
      mode === 'idiomatic' &&
        `keras.utils.set_random_seed(${seedName(plan, 'init')})  # weights of the head, and dropout`,
      mode === 'idiomatic' &&
        `tf.random.set_seed(${seedName(plan, 'order')})  # tf.data shuffles by this seed too`,
    ],
  }[plan.framework]
  const why = deterministic
    ? '# The same numbers in each start: sums are divided among threads, and only deterministic kernels are used.'
    : '# Sums are divided among threads: another number of them rounds in another way.'
  return joinLines(why, ...lines)
}
