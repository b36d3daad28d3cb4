import { alignedBackbone, isAugmented, isMixed, type ScriptPlan } from '../plan.js'
import { joinBlocks, joinLines, py } from '../python-text.js'
import { draws } from '../random.js'

/** Writes the way from an encoded image to the numbers that the network sees, in training and in evaluation. */
export function pixelsSection(plan: ScriptPlan): string {
  const { augmentation } = plan.settings
  const needsRectangle = augmentation.randomResizedCrop ?? augmentation.randomErasing
  return joinBlocks(
    resizeAndNormalize(plan),
    isAugmented(plan.settings) &&
      joinBlocks(
        needsRectangle && drawRectangle,
        augmentation.randomResizedCrop && randomResizedCrop,
        augmentation.colorJitter && jitterColors(plan),
        augmentation.randomErasing && erase,
        trainingView(plan),
      ),
    batches(plan),
    isMixed(plan.settings) && mixing(plan),
  )
}

function resizeAndNormalize(plan: ScriptPlan): string {
  const entry = alignedBackbone(plan)
  const own = plan.settings.model.weights.kind === 'imagenet' ? entry.imagenet.preprocessing : undefined
  const { interpolation } = own ?? entry.preprocessing
  return joinBlocks(
    py`
      def resize(image: Image.Image) -> Image.Image:
          """Resizes an image to a square, whatever its shape; Pillow smooths what it makes smaller."""
          size = (IMAGE_SIZE, IMAGE_SIZE)
          return image if image.size == size else image.resize(size, Image.Resampling.${interpolation.toUpperCase()})`,
    py`
      def normalize(image: Image.Image) -> np.ndarray:
          """The numbers that the network sees, of shape [height, width, 3]."""
          return (np.asarray(image, np.float32) / np.float32(255) - np.float32(MEAN)) / np.float32(STD)`,
  )
}

const drawRectangle = py`
  def draw_rectangle(width, height, scale, ratio, largest, draw) -> tuple[int, int, int, int] | None:
      """A random rectangle within an image, as torchvision chooses it: ten tries, in case one doesn't fit."""
      for _ in range(10):
          area = width * height * draw.uniform(*scale)
          aspect = math.exp(draw.uniform(math.log(ratio[0]), math.log(ratio[1])))
          wide, high = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
          if 0 < wide <= largest[0] and 0 < high <= largest[1]:
              left, top = draw.integers(width - wide + 1), draw.integers(height - high + 1)
              return int(left), int(top), wide, high
      return None`

const randomResizedCrop = py`
  def random_resized_crop(image: Image.Image, draw: np.random.Generator) -> Image.Image:
      """Cuts a random part out and resizes it; where no try fits, the middle, as large as the ratio allows."""
      width, height = image.size
      part = draw_rectangle(width, height, CROP_SCALE, CROP_RATIO, image.size, draw)
      if part is None:
          wide = min(width, max(1, round(height * CROP_RATIO[1])))
          high = min(height, max(1, round(width / CROP_RATIO[0])))
          part = ((width - wide) // 2, (height - high) // 2, wide, high)
      left, top, wide, high = part
      return resize(image.crop((left, top, left + wide, top + high)))`

const erase = py`
  def erase(pixels: np.ndarray, draw: np.random.Generator) -> np.ndarray:
      """Sets a random rectangle to 0, the mean colour, which is no signal to the network."""
      if draw.random() < ERASING:
          height, width = pixels.shape[:2]
          part = draw_rectangle(width, height, ERASING_SCALE, ERASING_RATIO, (width - 1, height - 1), draw)
          if part is not None:
              left, top, wide, high = part
              pixels[top : top + high, left : left + wide] = 0
      return pixels`

function jitterColors({ settings: { augmentation } }: ScriptPlan): string {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = augmentation.colorJitter ?? {}
  const blends = [
    brightness > 0 && { enhance: 'Brightness', strength: 'BRIGHTNESS' },
    contrast > 0 && { enhance: 'Contrast', strength: 'CONTRAST' },
    saturation > 0 && { enhance: 'Color', strength: 'SATURATION' },
  ].filter((blend) => blend !== false)
  return joinBlocks(
    hue > 0 &&
      py`
        def turn_hue(image: Image.Image, turns: float) -> Image.Image:
            """Turns the hue of every pixel by a part of the circle, in Pillow's 256 hues."""
            hue, saturation, value = image.convert("HSV").split()
            turned = hue.point([(level + int(turns * 255)) % 256 for level in range(256)])
            return Image.merge("HSV", (turned, saturation, value)).convert("RGB")`,
    py`
      def jitter_colors(image: Image.Image, draw: np.random.Generator) -> Image.Image:
          """Changes colours in a random order, each by a random factor."""
          changes = []
          ${joinLines(
            ...blends.map(
              ({ enhance, strength }) =>
                py`
              factor = draw.uniform(max(0.0, 1 - ${strength}), 1 + ${strength})
              changes.append((lambda image, factor: ImageEnhance.${enhance}(image).enhance(factor), factor))`,
            ),
            hue > 0 && 'changes.append((turn_hue, draw.uniform(-HUE, HUE)))',
          )}
          for index in draw.permutation(len(changes)):
              change, amount = changes[index]
              image = change(image, amount)
          return image`,
  )
}

function trainingView(plan: ScriptPlan): string {
  const { augmentation } = plan.settings
  return py`
    def training_view(position: int, epoch: int) -> np.ndarray:
        """A training image as the network sees it in an epoch.

        The changes are drawn by the epoch and the image itself, so that neither threads nor other images move them.
        """
        draw = ${draws(plan, 'augmentation', '"augmentation"', 'epoch', 'train.identities[position]')}
        image = ${augmentation.randomResizedCrop ? 'random_resized_crop(decode(train.images[position]), draw)' : 'resize(decode(train.images[position]))'}
        ${
          augmentation.horizontalFlip > 0 &&
          py`
          if draw.random() < HORIZONTAL_FLIP:
              image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)`
        }
        ${
          augmentation.verticalFlip > 0 &&
          py`
          if draw.random() < VERTICAL_FLIP:
              image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)`
        }
        ${
          augmentation.rotation > 0 &&
          py`
          mean_color = tuple(round(255 * value) for value in MEAN)
          image = image.rotate(draw.uniform(-ROTATION, ROTATION), Image.Resampling.BILINEAR, fillcolor=mean_color)`
        }
        ${augmentation.colorJitter && 'image = jitter_colors(image, draw)'}
        return ${augmentation.randomErasing ? 'erase(normalize(image), draw)' : 'normalize(image)'}`
}

function batches(plan: ScriptPlan): string {
  return joinBlocks(
    py`
      def in_batches(positions: np.ndarray) -> list[np.ndarray]:
          """Cuts positions into batches; the last one may be short."""
          return [positions[start : start + BATCH_SIZE] for start in range(0, len(positions), BATCH_SIZE)]`,
    // Threads decode side by side, since Pillow lets go of Python's lock.
    py`
      THREADS = ThreadPoolExecutor(CORES)  # Pillow decodes images side by side in threads


      def evaluation_pixels(split: Split, batch: np.ndarray) -> np.ndarray:
          """Images of a split as they are, of shape [images, height, width, 3]."""
          return np.stack(list(THREADS.map(lambda at: normalize(resize(decode(split.images[at]))), batch)))`,
    plan.phases.some(({ input }) => input === 'pixels') &&
      (isAugmented(plan.settings)
        ? py`
          def training_pixels(batch: np.ndarray, epoch: int) -> np.ndarray:
              """Training images as an epoch changes them, of shape [images, height, width, 3]."""
              return np.stack(list(THREADS.map(lambda at: training_view(at, epoch), batch)))`
        : ''),
  )
}

function mixing(plan: ScriptPlan): string {
  const { mixup, cutmix } = plan.settings.augmentation
  const kind =
    mixup > 0 && cutmix > 0 ? 'mixup or CutMix, one of the two at random' : mixup > 0 ? 'mixup' : 'CutMix'
  const choice = mixup > 0 && cutmix > 0 ? 'is_mixup = draw.random() < 0.5' : false
  const alpha = choice ? 'MIXUP if is_mixup else CUTMIX' : mixup > 0 ? 'MIXUP' : 'CUTMIX'
  const blend = 'share * {x} + (1.0 - share) * {x}[partners]'
  const blendOf = (x: string) => blend.replaceAll('{x}', x)
  return py`
    def mix(pixels: np.ndarray, shares: np.ndarray, epoch: int, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Mixes the images of a batch, and their classes, by pairs: ${kind}."""
        draw = ${draws(plan, 'augmentation', '"mixing"', 'epoch', 'step')}
        ${choice}
        ${choice && `alpha = ${alpha}`}
        partners, share = draw.permutation(len(pixels)), draw.beta(${choice ? 'alpha, alpha' : `${alpha}, ${alpha}`})
        ${
          mixup > 0 &&
          (choice
            ? py`
            if is_mixup:
                return ${blendOf('pixels')}, ${blendOf('shares')}`
            : `return ${blendOf('pixels')}, ${blendOf('shares')}`)
        }
        ${
          cutmix > 0 &&
          py`
          center_x, center_y = int(draw.integers(IMAGE_SIZE)), int(draw.integers(IMAGE_SIZE))
          half = int(0.5 * math.sqrt(1.0 - share) * IMAGE_SIZE)
          left, right = max(0, center_x - half), min(IMAGE_SIZE, center_x + half)
          top, bottom = max(0, center_y - half), min(IMAGE_SIZE, center_y + half)
          mixed = pixels.copy()
          mixed[:, top:bottom, left:right] = pixels[partners, top:bottom, left:right]
          share = 1.0 - (right - left) * (bottom - top) / (IMAGE_SIZE * IMAGE_SIZE)  # what rounding and edges have left
          return mixed, ${blendOf('shares')}`
        }`
}
