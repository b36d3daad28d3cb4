import type { PlannedPhase, ScriptPhase, ScriptPlan } from '../plan.js'
import { call, joinBlocks, joinLines, literal, py } from '../python-text.js'
import { phaseSection } from './phase-section.js'
import {
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
import { featuresOf } from './pytorch-model.js'
import { schedulesSection } from './schedules.js'
import {
  dropsUnits,
  hasRates,
  type LoopParts,
  loopSection,
  targetsSection,
  weightOf,
} from './training-loop.js'

/** Writes the training in PyTorch: what it needs, then the phases. */
export function pytorchTraining(plan: ScriptPlan): string {
  return joinBlocks(
    schedulesSection(plan),
    targetsSection(plan),
    hasLayerwiseDecay(plan) && stagesSection(plan),
    needsNames(plan) && choosing(plan),
    hasGroups(plan) && grouping(plan),
    loopSection(plan, loopParts(plan)),
    ...plan.phases.map((phase) => phaseSection(plan, phase, loopParts(plan), optimizerOf(plan, phase))),
  )
}

function loopParts(plan: ScriptPlan): LoopParts {
  return {
    parameters: 'optimizer: torch.optim.Optimizer',
    step: step(plan),
    loss: 'loss.item()',
    snapshot: 'copy.deepcopy(model.state_dict())',
    restore: 'model.load_state_dict(best_weights)',
  }
}

// Parameters have to be known by name where some of the backbone's train, or where the optimiser tells them apart.
function needsNames(plan: ScriptPlan): boolean {
  return hasGroups(plan) || plan.phases.some(trainsBackbone)
}

function step(plan: ScriptPlan): string {
  const masks = dropsUnits(plan) ? ', [torch.from_numpy(mask) for mask in masks]' : ''
  return py`
    ${featuresOf(plan, 'train')}
    logits = model.logits(features${masks})
    loss = -(torch.from_numpy(targets) * functional.log_softmax(logits, dim=1)).sum() / ${weightOf(plan)}
    loss.backward()
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

function optimizerOf(plan: ScriptPlan, planned: PlannedPhase): string {
  const names = trainsBackbone(planned) ? trainedNames(plan, planned) : ''
  const { phase, prefix } = planned
  const { optimizer } = phase
  const parameters = hasGroups(plan)
    ? call('parameters = in_groups(', ['chosen', ...groupArguments(planned)])
    : 'parameters = chosen.values()'
  const rate = `lr=${prefix}LEARNING_RATE`
  const { kind, constants } = kindOf(optimizer)
  return py`
    ${needsNames(plan) ? joinLines(`chosen = choose(${names})`, parameters) : joinLines('model.requires_grad_(False)', 'model.head.requires_grad_(True)', 'parameters = model.head.parameters()')}
    # Fused, the update of a tensor is one kernel and not one operation after the other.
    optimizer = torch.optim.${kind}(parameters, ${rate}${constants}, fused=True)`
}

function kindOf(optimizer: ScriptPhase['optimizer']): { kind: string; constants: string } {
  if (optimizer.name === 'sgd') {
    const { momentum, nesterov } = optimizer
    const constants = `${momentum > 0 ? `, momentum=${literal(momentum)}` : ''}${nesterov ? ', nesterov=True' : ''}`
    return { kind: 'SGD', constants }
  }
  const { beta1, beta2, epsilon = 1e-8 } = optimizer
  return {
    kind: optimizer.name === 'adamw' ? 'AdamW' : 'Adam',
    constants: `, betas=${literal([beta1, beta2])}, eps=${literal(epsilon)}`,
  }
}
