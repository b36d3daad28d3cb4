import { alignedBackbone, type ScriptPlan } from './plan.js'
import { importsOf } from './python-imports.js'
import { joinBlocks, literal, py } from './python-text.js'

/** Writes the expression of the file that holds the backbone's weights. */
export function weightsFile(plan: ScriptPlan): string {
  const { model } = plan.settings
  const { imagenet } = alignedBackbone(plan)
  if (model.weights.kind === 'file') return plan.file(model.weights.path)
  if (model.weights.kind === 'imagenet' && imagenet.source === 'hub')
    return `Path(hf_hub_download(${literal(imagenet.repository)}, "model.safetensors"))  # from the hub, or its cache`
  return `HERE / ${literal(`${model.backbone}.safetensors`)}  # make_weights.py writes it`
}

/**
 * Writes the script that makes the file of the backbone's weights, where no hub has it: both training scripts read that
 * file, and only PyTorch can read or draw what is in it.
 */
export function makeWeights(plan: ScriptPlan): string | undefined {
  const { settings } = plan
  if (settings.mode !== 'aligned') return undefined
  const { imagenet } = alignedBackbone(plan)
  const file = literal(`${settings.model.backbone}.safetensors`)
  if (settings.model.weights.kind === 'random') return drawn(plan, file)
  if (settings.model.weights.kind !== 'imagenet' || imagenet.source !== 'package') return undefined
  return script(
    `"""Writes ${settings.model.backbone}.safetensors, which the training scripts begin with.

The ImageNet weights come in the package ${imagenet.package}, in a form that only PyTorch
reads. Start this once.

Needs: torch, timm, safetensors, ${imagenet.package}
"""`,
    py`
      package = importlib.import_module(${literal(imagenet.package.replaceAll('-', '_'))})
      (checkpoint,) = Path(package.__file__).parent.glob("models/*.pth")
      theirs = torch.load(checkpoint, map_location="cpu", weights_only=True).items()
      values = [(name, value) for name, value in theirs if not name.endswith("num_batches_tracked")]
      backbone = timm.create_model(${literal(settings.model.backbone)}, num_classes=0)
      own = backbone.state_dict().items()
      wanted = [(name, value) for name, value in own if not name.endswith("num_batches_tracked")]
      # The package has timm's tensors in timm's order, under other names, and a classifier behind them.
      tensors = {}
      for (name, ours), (other, value) in zip(wanted, values, strict=False):
          if ours.shape != value.shape or name.split(".")[-1] != other.split(".")[-1]:
              raise SystemExit(f"{other} {tuple(value.shape)} is not {name} {tuple(ours.shape)}")
          tensors[name] = value.contiguous()
      save_file(tensors, Path(__file__).resolve().parent / ${file})`,
  )
}

function drawn(plan: ScriptPlan, file: string): string {
  const { model, seeds } = plan.settings
  return script(
    `"""Writes ${model.backbone}.safetensors, which the training scripts begin with: random weights. Start this once.

Needs: torch, timm, numpy, safetensors
"""`,
    py`
      SEED = ${literal(seeds.init)}


      def draws(*purpose: str | int) -> np.random.Generator:
          """A generator of random numbers for one tensor, named by a hash, as in the training scripts."""
          name = hashlib.sha256(repr((SEED, *purpose)).encode()).digest()
          return np.random.Generator(np.random.PCG64(int.from_bytes(name[:16], "little")))


      tensors = {}
      for name, tensor in timm.create_model(${literal(model.backbone)}, num_classes=0).state_dict().items():
          if name.endswith("num_batches_tracked"):
              continue
          if tensor.ndim == 4:  # Kaiming normal over the fan-out (He et al. 2015)
              is_depthwise = tensor.shape[1] == 1 and tensor.shape[0] > 1
              fan_out = (1 if is_depthwise else tensor.shape[0]) * tensor.shape[2] * tensor.shape[3]
              drawn = draws("backbone", name).standard_normal(tuple(tensor.shape)) * np.sqrt(2 / fan_out)
          else:  # BatchNorm begins as the identity
              drawn = np.full(tuple(tensor.shape), 1.0 if name.endswith(("weight", "running_var")) else 0.0)
          tensors[name] = torch.from_numpy(drawn.astype(np.float32))
      save_file(tensors, Path(__file__).resolve().parent / ${file})`,
  )
}

function script(docstring: string, code: string): string {
  return `${docstring}\n\n${importsOf(code).replace('safetensors.numpy', 'safetensors.torch')}\n\n${joinBlocks(code)}\n`
}
