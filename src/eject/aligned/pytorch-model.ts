import { alignedBackbone, beginsWith, type ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, py } from '../python-text.js'
import { draws } from '../random.js'
import { hiddenLayers } from './head.js'
import { dropsUnits, inputsOf } from './training-loop.js'

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
              ${featuresOf(plan, 'split')}
              logits.append(model.logits(features).numpy())
          return np.concatenate(logits)`,
  )
}

/** Writes the line that has the features of a batch of `inputs`, pixels or features. */
export function featuresOf(plan: ScriptPlan, split: string): string {
  const ofFeatures = 'torch.from_numpy(inputs)'
  const ofPixels = 'model.features(as_images(inputs))'
  if (!beginsWith(plan, 'features')) return `features = ${ofPixels}`
  if (!beginsWith(plan, 'pixels')) return `features = ${ofFeatures}`
  return `features = ${ofPixels} if ${split}.features is None else ${ofFeatures}`
}

/** Writes the tensors of the model by the names of timm, as NumPy's arrays. */
export const pytorchTensors = py`
  tensors = {
      name.removeprefix("backbone."): np.ascontiguousarray(tensor.numpy())
      for name, tensor in model.state_dict().items()
      if not name.endswith("num_batches_tracked")
  }`
