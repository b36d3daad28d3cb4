import { findIdiomaticBuilders } from '../../backbones.js'
import { hasValidation } from '../data.js'
import type { PlannedPhase, ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, literal, py } from '../python-text.js'
import { seedName } from '../random.js'
import { heading } from '../section.js'

const activations = { relu: 'nn.ReLU', silu: 'nn.SiLU', tanh: 'nn.Tanh' }

/** Writes the input pipeline as PyTorch has it: a dataset and its transform. */
export function pytorchPipeline(plan: ScriptPlan): string {
  const { torchvision } = findIdiomaticBuilders(plan.settings.model.backbone)
  return joinBlocks(
    py`
      # The pixels as the authors of the weights had them; torchvision smooths what it makes smaller.
      preset = torchvision.models.get_model_weights(${literal(torchvision.model)})[${literal(torchvision.weights)}].transforms()
      transform = v2.Compose(
          [
              v2.Resize((IMAGE_SIZE, IMAGE_SIZE), preset.interpolation),
              v2.ToImage(),
              v2.ToDtype(torch.float32, scale=True),
              v2.Normalize(mean=preset.mean, std=preset.std),
          ]
      )`,
    py`
      class Images(Dataset):
          """The images of a split, decoded and transformed when they are asked for."""

          def __init__(self, split: Split) -> None:
              self.split = split

          def __len__(self) -> int:
              return len(self.split.images)

          def __getitem__(self, position: int) -> tuple[torch.Tensor, int]:
              return transform(decode(self.split.images[position])), int(self.split.labels[position])`,
  )
}

/** Writes the model as the document's PyTorch listing has it. */
export function pytorchIdiomaticModel(plan: ScriptPlan): string {
  const { torchvision } = findIdiomaticBuilders(plan.settings.model.backbone)
  const { head, weights } = plan.settings.model
  const isPretrained = weights.kind === 'imagenet'
  const isDeep = head.hidden.length > 0
  // The ResNets call their last layer so; of other models it is the last one of its kind.
  const isNamed = torchvision.model.startsWith('resnet')
  return joinBlocks(
    py`
      model = torchvision.models.${torchvision.model}(weights=${isPretrained ? literal(torchvision.weights) : 'None'})
      ${
        isNamed
          ? 'features = model.fc.in_features'
          : py`
          CLASSIFIER = [name for name, module in model.named_modules() if isinstance(module, nn.Linear)][-1]
          features = model.get_submodule(CLASSIFIER).in_features`
      }
      ${
        isDeep
          ? py`
          layers = []
          for width in HIDDEN:
              layers += [nn.Linear(features, width), ${activations[head.activation]}()${head.dropout > 0 ? ', nn.Dropout(DROPOUT)' : ''}]
              features = width
          head = nn.Sequential(*layers, nn.Linear(features, len(CLASSES)))`
          : 'head = nn.Sequential(nn.Linear(features, len(CLASSES)))'
      }
      ${isNamed ? 'model.fc = head' : 'model.set_submodule(CLASSIFIER, head)'}`,
    py`
      @torch.inference_mode()
      def evaluate(split: Split) -> np.ndarray:
          """The logits of all images of a split, of shape [images, classes]."""
          model.eval()
          return np.concatenate([model(images).numpy() for images, _ in DataLoader(Images(split), batch_size=BATCH_SIZE)])`,
  )
}

/** Writes the training as the document's PyTorch listing has it. */
export function pytorchIdiomaticTraining(plan: ScriptPlan): string {
  return plan.phases.map((phase) => trainPhase(plan, phase)).join('\n\n\n')
}

function trainPhase(plan: ScriptPlan, { phase }: PlannedPhase): string {
  return py`
    ${heading(`Training: ${phase.trainable === 'head' ? 'the head alone' : 'the whole network'}`)}

    ${
      phase.trainable === 'head' &&
      py`
      # The backbone is frozen before the head is told to train: the other way round nothing would be left to train.
      # In training mode, as here, PyTorch's BatchNorm normalises by the batch and moves its statistics, frozen or not.
      for parameter in model.parameters():
          parameter.requires_grad = False
      for parameter in head.parameters():
          parameter.requires_grad = True`
    }
    criterion = nn.CrossEntropyLoss()
    optimizer = ${optimizer(phase)}
    for epoch in range(EPOCHS):
        model.train()
        loss_sum = 0.0
        # An order of its own for each epoch and seed.
        order = torch.Generator().manual_seed(${seedName(plan, 'order')} * 1_000_003 + epoch)
        for images, labels in DataLoader(Images(train), batch_size=BATCH_SIZE, shuffle=True, generator=order):
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(images)
        ${
          hasValidation(plan)
            ? py`
            found = measure(evaluate(validation), validation.labels)
            print(
                f"epoch {epoch + 1}/{EPOCHS}  loss {loss_sum / len(train.labels):.4f}"
                f"  validation loss {found['loss']:.4f}  accuracy {found['accuracy']:.2%}"
            )`
            : 'print(f"epoch {epoch + 1}/{EPOCHS}  loss {loss_sum / len(train.labels):.4f}")'
        }`
}

function optimizer({ optimizer, trainable }: PlannedPhase['phase']): string {
  const parameters = trainable === 'head' ? 'head.parameters()' : 'model.parameters()'
  const decay = optimizer.weightDecay > 0 ? ', weight_decay=WEIGHT_DECAY' : ''
  if (optimizer.name === 'sgd') {
    const momentum = optimizer.momentum > 0 ? `, momentum=${literal(optimizer.momentum)}` : ''
    const nesterov = optimizer.nesterov ? ', nesterov=True' : ''
    return `torch.optim.SGD(${parameters}, lr=LEARNING_RATE${momentum}${nesterov}${decay})`
  }
  const kind = optimizer.name === 'adamw' ? 'AdamW' : 'Adam'
  const betas =
    optimizer.beta1 === 0.9 && optimizer.beta2 === 0.999
      ? ''
      : `, betas=${literal([optimizer.beta1, optimizer.beta2])}`
  const epsilon = optimizer.epsilon === undefined ? '' : `, eps=${literal(optimizer.epsilon)}`
  const noDecay = optimizer.name === 'adamw' && decay === '' ? ', weight_decay=0' : decay
  return `torch.optim.${kind}(${parameters}, lr=LEARNING_RATE${betas}${epsilon}${noDecay})`
}

/** Writes the tensors of the model: the backbone's by the names of torchvision, then the head's. */
export function pytorchIdiomaticTensors(plan: ScriptPlan): string {
  const { torchvision } = findIdiomaticBuilders(plan.settings.model.backbone)
  const start = torchvision.model.startsWith('resnet') ? '"fc."' : 'f"{CLASSIFIER}."'
  return joinLines(
    'tensors = {',
    '    name: tensor.numpy()',
    '    for name, tensor in model.state_dict().items()',
    `    if not name.startswith(${start}) and not name.endswith("num_batches_tracked")`,
    '}',
    'for index, layer in enumerate(each for each in head if isinstance(each, nn.Linear)):',
    '    tensors[f"head.{index}.weight"] = layer.weight.detach().numpy()',
    '    tensors[f"head.{index}.bias"] = layer.bias.detach().numpy()',
  )
}
