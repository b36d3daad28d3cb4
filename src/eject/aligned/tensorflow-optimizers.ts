import type { PlannedPhase, ScriptPlan } from '../plan.js'
import { joinBlocks, literal, py } from '../python-text.js'
import { hasGroups, isScaled } from './phases.js'
import { hasRates } from './training-loop.js'

/**
 * Writes the optimisers that the phases use, with PyTorch's arithmetic. Variables are a list where the optimiser treats
 * all alike, and a list of variables with settings where it doesn't.
 */
export function optimizersSection(plan: ScriptPlan): string {
  const names = new Set(plan.phases.map(({ phase }) => phase.optimizer.name))
  const isAdam = names.has('adam') || names.has('adamw')
  return joinBlocks(isAdam && adam(plan), names.has('sgd') && sgd(plan))
}

/** Writes the type of the phases' optimisers. */
export function optimizerType({ phases }: ScriptPlan): string {
  const types = phases.map(({ phase }) => (phase.optimizer.name === 'sgd' ? 'Sgd' : 'Adam'))
  return [...new Set(types)].join(' | ')
}

/** Writes the call that makes the optimiser of a phase. */
export function optimizerCall(plan: ScriptPlan, { phase: { optimizer }, prefix }: PlannedPhase): string {
  const rate = hasRates(plan) ? '' : `, ${prefix}LEARNING_RATE`
  if (optimizer.name === 'sgd') {
    const momentum = optimizer.momentum > 0 ? `, momentum=${literal(optimizer.momentum)}` : ''
    return `Sgd(parameters${rate}${momentum}${optimizer.nesterov ? ', nesterov=True' : ''})`
  }
  const { beta1, beta2, epsilon = 1e-8 } = optimizer
  return `Adam(parameters${rate}, beta1=${literal(beta1)}, beta2=${literal(beta2)}, epsilon=${literal(epsilon)})`
}

interface Decay {
  readonly decoupled: boolean
  readonly coupled: boolean
}

function decays(plan: ScriptPlan): Decay {
  const decaying = plan.phases.filter(({ phase }) => phase.optimizer.weightDecay > 0)
  return {
    decoupled: decaying.some(({ phase }) => phase.optimizer.name === 'adamw'),
    coupled: decaying.some(({ phase }) => phase.optimizer.name === 'adam'),
  }
}

function variablesOf(plan: ScriptPlan): string {
  if (!hasGroups(plan)) return 'self.variables = [each.value for each in variables]'
  return py`
    self.trained = trained
    self.variables = [each.variable.value for each in trained]`
}

function adam(plan: ScriptPlan): string {
  const { decoupled, coupled } = decays(plan)
  const grouped = hasGroups(plan)
  const rate = hasRates(plan) ? 'rate' : 'self.rate'
  const scale = plan.phases.some(isScaled) ? `${rate} * each.scale` : rate
  const first = `${grouped ? 'trained: list[Trained]' : 'variables: list[keras.Variable]'}${hasRates(plan) ? '' : ',\nrate: float'}`
  return py`
    class Adam:
        """${decoupled ? 'AdamW' : 'Adam'} as PyTorch has it, by TensorFlow's kernel, which takes one pass over a variable.

        PyTorch adds epsilon to the root of the second moment after the correction of its bias, Keras and the kernel
        before: in the first step their epsilon counts 30 times as much. So the kernel is told of no powers of the
        betas, and corrects nothing. Instead the step size and the epsilon that it gets include the corrections.
        """

        def __init__(
            self,
            ${`${first},`}
            beta1: float,
            beta2: float,
            epsilon: float,
        ) -> None:
            ${variablesOf(plan)}
            self.means = [tf.Variable(tf.zeros_like(variable)) for variable in self.variables]
            self.squares = [tf.Variable(tf.zeros_like(variable)) for variable in self.variables]
            self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
            ${!hasRates(plan) && 'self.rate = rate'}
            self.steps = 0
            self.signature = tf.TensorSpec(${grouped ? '[len(trained), 3]' : '[2]'}, tf.float64)

        def next_numbers(self${hasRates(plan) ? ', rate: float' : ''}) -> np.ndarray:
            """The numbers of the next step: step size${decoupled || coupled ? ', epsilon and decay' : ' and epsilon'}${grouped ? ' of each variable' : ''}."""
            self.steps += 1
            # In double precision: 1 - 0.999 has five right digits in single. The kernel weighs a square by 1 less the
            # beta that is rounded to single precision, PyTorch by the rounded difference, hence the quotient.
            beta1, beta2 = float(np.float32(self.beta1)), float(np.float32(self.beta2))
            root = math.sqrt((1 - self.beta2**self.steps) * ((1 - beta2) / (1 - self.beta2)))
            correction = root / (1 - beta1**self.steps)
            ${
              grouped
                ? py`
                numbers = []
                for each in self.trained:
                    own_rate = ${scale}
                    numbers.append((own_rate * correction, self.epsilon * root, ${decayNumber(plan)}))
                return np.array(numbers)`
                : `return np.array([${rate} * correction, self.epsilon * root])`
            }

        def apply(self, gradients: list[tf.Tensor], numbers: tf.Tensor) -> None:
            """Updates all variables; this is traced into the step."""
            none = tf.zeros([])
            for ${grouped ? 'index, gradient in enumerate(gradients)' : 'index, gradient in enumerate(gradients)'}:
                variable = self.variables[index]
                ${grouped ? 'step_size, epsilon, decay = tf.unstack(tf.cast(numbers[index], tf.float32))' : 'step_size, epsilon = tf.unstack(tf.cast(numbers, tf.float32))'}
                ${
                  decoupled &&
                  py`
                  if self.trained[index].decay > 0:
                      variable.assign(variable * decay)`
                }
                ${
                  coupled &&
                  py`
                  if self.trained[index].decay > 0:
                      gradient += decay * variable`
                }
                tf.raw_ops.ResourceApplyAdam(
                    var=variable.handle,
                    m=self.means[index].handle,
                    v=self.squares[index].handle,
                    beta1_power=none,
                    beta2_power=none,
                    lr=step_size,
                    beta1=self.beta1,
                    beta2=self.beta2,
                    epsilon=epsilon,
                    grad=gradient,
                )`
}

function decayNumber(plan: ScriptPlan): string {
  const { decoupled, coupled } = decays(plan)
  if (decoupled) return '1 - own_rate * each.decay'
  return coupled ? 'each.decay' : '0.0'
}

function sgd(plan: ScriptPlan): string {
  const grouped = hasGroups(plan)
  const rate = hasRates(plan) ? 'rate' : 'self.rate'
  const scale = plan.phases.some(isScaled) ? `${rate} * each.scale` : rate
  const first = `${grouped ? 'trained: list[Trained]' : 'variables: list[keras.Variable]'}${hasRates(plan) ? '' : ',\nrate: float'}`
  const hasDecay = plan.phases.some(({ phase }) => phase.optimizer.weightDecay > 0)
  const momentum = plan.phases.some(
    ({ phase }) => phase.optimizer.name === 'sgd' && phase.optimizer.momentum > 0,
  )
  return py`
    class Sgd:
        """Gradient descent${momentum ? ' as PyTorch has it, with the learning rate outside of the buffer of the momentum' : ''}."""

        def __init__(
            self,
            ${`${first},`}
            ${momentum && 'momentum: float = 0.0,'}
            ${momentum && 'nesterov: bool = False,'}
        ) -> None:
            ${variablesOf(plan)}
            ${!hasRates(plan) && 'self.rate = rate'}
            ${momentum && 'self.buffers = [tf.Variable(tf.zeros_like(variable)) for variable in self.variables]'}
            ${momentum && 'self.momentum, self.nesterov = momentum, nesterov'}
            self.signature = tf.TensorSpec(${grouped ? '[len(trained)]' : '[]'}, tf.float64)

        def next_numbers(self${hasRates(plan) ? ', rate: float' : ''}) -> np.ndarray:
            """The learning rate of the next step${grouped ? ', for each variable' : ''}."""
            return ${grouped ? `np.array([${scale} for each in self.trained])` : `np.float64(${rate})`}

        def apply(self, gradients: list[tf.Tensor], numbers: tf.Tensor) -> None:
            """Updates all variables; this is traced into the step."""
            for index, gradient in enumerate(gradients):
                variable = self.variables[index]
                rate = tf.cast(numbers${grouped ? '[index]' : ''}, tf.float32)
                ${
                  hasDecay &&
                  py`
                  if self.trained[index].decay > 0:
                      gradient += self.trained[index].decay * variable`
                }
                ${
                  momentum
                    ? py`
                    tf.raw_ops.ResourceApplyMomentum(
                        var=variable.handle,
                        accum=self.buffers[index].handle,
                        lr=rate,
                        grad=gradient,
                        momentum=self.momentum,
                        use_nesterov=self.nesterov,
                    )`
                    : 'tf.raw_ops.ResourceApplyGradientDescent(var=variable.handle, alpha=rate, delta=gradient)'
                }`
}
