import { hasValidation } from '../data.js'
import { alignedBackbone, beginsWith, type PlannedPhase, type ScriptPlan } from '../plan.js'
import { call, joinBlocks, joinLines, literal, py } from '../python-text.js'
import { draws } from '../random.js'
import { heading } from '../section.js'
import {
  describePhase,
  groupArguments,
  groupedBy,
  groupingComment,
  hasGroups,
  hasLayerwiseDecay,
  isScaled,
  settingsOfParameter,
  stagesSection,
  trainedNames,
  trainsBackbone,
} from './phases.js'
import { ratesOf, schedulesSection } from './schedules.js'
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

const activations = { relu: 'functional.relu', silu: 'functional.silu', tanh: 'torch.tanh' }

/** Writes the model in PyTorch, and how it is given images. */
export function pytorchModel(plan: ScriptPlan): string {
  const { model } = plan.settings
  const { batchNorm } = alignedBackbone(plan)
  const isDeep = model.head.hidden.length > 0
  return joinBlocks(
    py`
      class Classifier(nn.Module):
          """A pretrained backbone, the mean over its last feature map, and a new head."""

          def __init__(self) -> None:
              super().__init__()
              self.backbone = timm.create_model(BACKBONE, num_classes=0, global_pool="")
              ${model.backbone.startsWith('vgg') && 'self.backbone.pre_logits = nn.Identity()  # these wide layers take maps of 7 x 7 only'}
              widths = [FEATURES, ${isDeep ? '*HIDDEN, ' : ''}len(CLASSES)]
              self.head = nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in itertools.pairwise(widths))

          def features(self, images: torch.Tensor) -> torch.Tensor:
              """Features, [images, features], of images, [images, 3, height, width]."""
              return self.backbone.forward_features(images).mean(dim=(2, 3))

          def logits(self, features: torch.Tensor${dropsUnits(plan) ? ', masks: Sequence[torch.Tensor] = ()' : ''}) -> torch.Tensor:
              """Logits, [images, classes], of features${dropsUnits(plan) ? '; the masks drop hidden units' : ''}."""
              ${isDeep ? hiddenLayers(plan, activations, 'self.head') : 'return self.head[0](features)'}`,
    py`
      model = Classifier()
      weights = load_file(WEIGHTS)
      names = [name for name in model.backbone.state_dict() if not name.endswith("num_batches_tracked")]
      model.backbone.load_state_dict({name: weights[name] for name in names}, strict=False)
      ${batchNorm && joinLines('for layer in model.backbone.modules():', '    if isinstance(layer, nn.BatchNorm2d):', '        layer.eps = BATCH_NORM_EPSILON')}
      model.backbone.eval()  # BatchNorm normalises by the statistics that came with the weights, and keeps them
      model.backbone.to(memory_format=torch.channels_last)  # the quicker layout
      with torch.no_grad():
          for index, layer in enumerate(model.head):
              # Uniform in ±1/√inputs, as PyTorch draws it itself. NumPy draws it here, so that the head is the same in
              # every framework.
              draw, bound = ${draws(plan, 'init', '"head"', 'index')}, 1 / np.sqrt(layer.in_features)
              layer.weight.copy_(torch.from_numpy(draw.uniform(-bound, bound, layer.weight.shape)))
              layer.bias.copy_(torch.from_numpy(draw.uniform(-bound, bound, layer.bias.shape)))`,
    py`
      def as_images(pixels: np.ndarray) -> torch.Tensor:
          """Pixels as PyTorch's layers take them, [images, channels, height, width]; nothing is copied."""
          return torch.from_numpy(pixels).permute(0, 3, 1, 2)`,
    beginsWith(plan, 'features') &&
      py`
        @torch.inference_mode()
        def extract_features(split: Split) -> np.ndarray:
            """What the backbone makes of all images of a split, of shape [images, features]."""
            batches = in_batches(np.arange(len(split.labels)))
            return np.concatenate([model.features(as_images(evaluation_pixels(split, batch))).numpy() for batch in batches])`,
    py`
      @torch.inference_mode()
      def evaluate(split: Split) -> np.ndarray:
          """The logits of all images of a split, of shape [images, classes]."""
          logits = []
          for batch in in_batches(np.arange(len(split.labels))):
              inputs = ${inputsOf(plan, 'split', 'evaluation_pixels(split, batch)')}
              ${features(plan, 'split')}
              logits.append(model.logits(features).numpy())
          return np.concatenate(logits)`,
  )
}

/** Writes the hidden layers of a head, and its last one. */
export function hiddenLayers(plan: ScriptPlan, functions: typeof activations, head: string): string {
  const drops = dropsUnits(plan)
  return py`
    x = features
    for ${drops ? 'index, layer in enumerate(' : 'layer in '}${head}[:-1]${drops ? ')' : ''}:
        x = ${functions[plan.settings.model.head.activation]}(layer(x))
        ${drops && 'x = x * masks[index] if masks else x'}
    return ${head}[-1](x)`
}

/** Writes the training in PyTorch: what it needs, then the phases. */
export function pytorchTraining(plan: ScriptPlan): string {
  return joinBlocks(
    schedulesSection(plan),
    targetsSection(plan),
    hasLayerwiseDecay(plan) && stagesSection(plan),
    needsNames(plan) && choosing(plan),
    hasGroups(plan) && grouping(plan),
    loopSection(plan, loopParts(plan)),
    ...plan.phases.map((phase) => trainPhase(plan, phase)),
  )
}

function loopParts(plan: ScriptPlan): LoopParts {
  return {
    parameters: 'optimizer: torch.optim.Optimizer',
    step: step(plan),
    loss: 'loss.item()',
    endGroup: endGroup(plan),
    snapshot: 'copy.deepcopy(model.state_dict())',
    restore: 'model.load_state_dict(best_weights)',
  }
}

// Parameters have to be known by name where some of the backbone's train, or where the optimiser tells them apart.
function needsNames(plan: ScriptPlan): boolean {
  return hasGroups(plan) || plan.phases.some(trainsBackbone)
}

/** Writes the tensors of the model by the names of timm, as NumPy's arrays. */
export const pytorchTensors = py`
  tensors = {
      name.removeprefix("backbone."): np.ascontiguousarray(tensor.numpy())
      for name, tensor in model.state_dict().items()
      if not name.endswith("num_batches_tracked")
  }`

function features(plan: ScriptPlan, split: string): string {
  const ofFeatures = 'torch.from_numpy(inputs)'
  const ofPixels = 'model.features(as_images(inputs))'
  if (!beginsWith(plan, 'features')) return `features = ${ofPixels}`
  if (!beginsWith(plan, 'pixels')) return `features = ${ofFeatures}`
  return `features = ${ofPixels} if ${split}.features is None else ${ofFeatures}`
}

function step(plan: ScriptPlan): string {
  const masks = dropsUnits(plan) ? ', [torch.from_numpy(mask) for mask in masks]' : ''
  const sum = '-(torch.from_numpy(targets) * functional.log_softmax(logits, dim=1)).sum()'
  return py`
    ${features(plan, 'train')}
    logits = model.logits(features${masks})
    ${
      plan.settings.training.gradientAccumulation > 1
        ? py`
        objective = ${sum}
        objective.backward()  # a group's gradients add up, and are divided when its weight is known
        loss = objective.detach() / ${weightOf(plan)}`
        : py`
        loss = ${sum} / ${weightOf(plan)}
        loss.backward()
        ${takeStep(plan)}`
    }`
}

function endGroup(plan: ScriptPlan): string {
  return py`
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad.div_(group_weight)
    ${takeStep(plan)}`
}

function takeStep(plan: ScriptPlan): string {
  const clips = plan.settings.training.clipGradientNorm !== undefined
  const setsRate = py`
    for group in optimizer.param_groups:
        group["lr"] = ${plan.phases.some(isScaled) ? 'rate * group["scale"]' : 'rate'}`
  return py`
    ${clips && 'nn.utils.clip_grad_norm_([each for group in optimizer.param_groups for each in group["params"]], CLIP_NORM)'}
    ${hasRates(plan) && setsRate}
    optimizer.step()
    optimizer.zero_grad()`
}

function choosing(plan: ScriptPlan): string {
  const trains = plan.phases.some(trainsBackbone)
  return py`
    def choose(${trains ? 'names: tuple[str, ...] = ()' : ''}) -> dict[str, nn.Parameter]:
        """Has the head train${trains ? ", and the backbone's parameters whose names begin so" : ' alone'}: all others are frozen."""
        model.requires_grad_(False)
        chosen = {f"head.{name}": parameter for name, parameter in model.head.named_parameters()}
        ${trains && 'chosen |= {name: each for name, each in model.backbone.named_parameters() if name.startswith(names)}'}
        for parameter in chosen.values():
            parameter.requires_grad_(True)
        return chosen`
}

function grouping(plan: ScriptPlan): string {
  const { names, parameters } = groupedBy(plan)
  const entries = names
    .map((name) => `, ${name === 'decay' ? '"weight_decay"' : '"scale"'}: ${name}`)
    .join('')
  const key = names.length === 1 ? names[0] : `(${names.join(', ')})`
  return py`
    ${call('def in_groups(', ['chosen: dict[str, nn.Parameter]', ...parameters], ') -> list[dict]:')}
        """Groups parameters by what the optimiser does to them.

        ${groupingComment(plan)}
        """
        groups: dict = {}
        for ${names.includes('scale') ? 'name, parameter in chosen.items()' : 'parameter in chosen.values()'}:
            ${settingsOfParameter(plan, 'parameter.ndim')}
            groups.setdefault(${key}, []).append(parameter)
        return [{"params": members${entries}} for ${key}, members in groups.items()]`
}

function trainPhase(plan: ScriptPlan, planned: PlannedPhase): string {
  const { prefix, input } = planned
  const names = trainsBackbone(planned) ? trainedNames(plan, planned) : ''
  const isFirst = planned.number === 1
  const before = plan.phases[planned.number - 2]
  return py`
    ${heading(describePhase(plan, planned))}

    ${
      input === 'features' &&
      (isFirst || before?.input === 'pixels') &&
      py`
      # The backbone is frozen and sees the same images in every epoch, so it runs once.
      for split in (train, ${hasValidation(plan) ? 'validation, ' : ''}test):
          split.features = extract_features(split)`
    }
    ${
      input === 'pixels' &&
      before?.input === 'features' &&
      py`
      # The backbone changes from here on: what it made of the images is of no more use.
      for split in (train, ${hasValidation(plan) ? 'validation, ' : ''}test):
          split.features = None`
    }
    ${optimizerOf(plan, planned, names)}
    ${hasRates(plan) && ratesOf(planned)}
    ${
      plan.phases.length === 1
        ? epochLoop(plan, loopParts(plan), { epochs: 'EPOCHS' })
        : `train_phase(${prefix}EPOCHS, ${hasRates(plan) ? 'rates, ' : ''}optimizer)`
    }`
}

function optimizerOf(plan: ScriptPlan, planned: PlannedPhase, names: string): string {
  const { phase, prefix } = planned
  const { optimizer } = phase
  const parameters = hasGroups(plan)
    ? call('parameters = in_groups(', ['chosen', ...groupArguments(planned)])
    : 'parameters = chosen.values()'
  const rate = `lr=${prefix}LEARNING_RATE`
  const [kind, constants] = {
    adam: () => ['Adam', adamArguments(optimizer)],
    adamw: () => ['AdamW', adamArguments(optimizer)],
    sgd: () => ['SGD', sgdArguments(optimizer)],
    rmsprop: () => ['RMSprop', ''],
  }[optimizer.name]()
  return py`
    ${needsNames(plan) ? joinLines(`chosen = choose(${names})`, parameters) : joinLines('model.requires_grad_(False)', 'model.head.requires_grad_(True)', 'parameters = model.head.parameters()')}
    # Fused, the update of a tensor is one kernel and not one operation after the other.
    optimizer = torch.optim.${kind}(parameters, ${rate}${constants}, fused=True)`
}

type Optimizer = PlannedPhase['phase']['optimizer']

function adamArguments(optimizer: Optimizer): string {
  if (optimizer.name !== 'adam' && optimizer.name !== 'adamw') return ''
  const { beta1, beta2, epsilon = 1e-8 } = optimizer
  return `, betas=${literal([beta1, beta2])}, eps=${literal(epsilon)}`
}

function sgdArguments(optimizer: Optimizer): string {
  if (optimizer.name !== 'sgd') return ''
  const { momentum, nesterov } = optimizer
  return `${momentum > 0 ? `, momentum=${literal(momentum)}` : ''}${nesterov ? ', nesterov=True' : ''}`
}
