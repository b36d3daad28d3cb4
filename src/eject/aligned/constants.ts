import { weightsFile } from '../make-weights.js'
import { alignedBackbone, type PlannedPhase, type ScriptPlan } from '../plan.js'
import { joinLines, literal, type Part, py } from '../python-text.js'

/** Writes the constants of a script in aligned mode: what was chosen, by name, and nothing else. */
export function constants(plan: ScriptPlan): string {
  return [dataConstants(plan), modelConstants(plan), augmentationConstants(plan), trainingConstants(plan)]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Constants of the data, which both modes have. */
export function dataConstants({ dataset, file }: ScriptPlan): string {
  return py`
    # The images. Those for validation and test are set apart by a hash of each image where they have no file.
    TRAIN = ${file(dataset.train)}
    ${dataset.validation && `VALIDATION = ${file(dataset.validation)}`}
    ${dataset.test && `TEST = ${file(dataset.test)}`}
    ${!dataset.validation && dataset.validationFraction > 0 && `VALIDATION_FRACTION = ${literal(dataset.validationFraction)}`}
    ${!dataset.test && `TEST_FRACTION = ${literal(dataset.testFraction)}`}
    IMAGE_SIZE = ${literal(dataset.imageSize)}`
}

/** The batch size and the seeds, which both modes have. */
export function seedConstants({ settings: { seeds, mode }, seed }: ScriptPlan): string {
  const drawn = mode === 'aligned' ? 'weights of the head, dropout' : 'weights of the head'
  return joinLines(
    `SEED = ${literal(seed)}`,
    seeds.init !== seed && `INIT_SEED = ${literal(seeds.init)}  # of the ${drawn}`,
    seeds.order !== seed && `ORDER_SEED = ${literal(seeds.order)}  # of the order of the batches`,
    mode === 'aligned' &&
      seeds.augmentation !== seed &&
      `AUGMENTATION_SEED = ${literal(seeds.augmentation)}  # of changes to images`,
    seeds.split !== null && `SPLIT_SEED = ${literal(seeds.split)}  # of the hash that sets images apart`,
  )
}

function modelConstants(plan: ScriptPlan): string {
  const { model } = plan.settings
  const entry = alignedBackbone(plan)
  const own = model.weights.kind === 'imagenet' ? entry.imagenet : undefined
  const { mean, std } = own?.preprocessing ?? entry.preprocessing
  const batchNorm = own?.batchNorm ?? entry.batchNorm
  const { hidden, dropout } = model.head
  return py`
    # The model. The constants of the pixels and of BatchNorm are those that the backbone's weights were trained with.
    BACKBONE = ${literal(model.backbone)}
    WEIGHTS = ${weightsFile(plan)}
    FEATURES = ${literal(entry.features)}  # numbers that the backbone makes of an image of any size
    MEAN = ${literal(mean)}
    STD = ${literal(std)}
    ${batchNorm && `BATCH_NORM_EPSILON = ${literal(batchNorm.epsilon)}`}
    ${hidden.length > 0 && `HIDDEN = ${literal(hidden)}`}
    ${hidden.length > 0 && dropout > 0 && `DROPOUT = ${literal(dropout)}`}
    OUTPUT = HERE / "model_${plan.framework}.safetensors"`
}

function augmentationConstants({ settings: { augmentation } }: ScriptPlan): string {
  const { randomResizedCrop: crop, horizontalFlip, verticalFlip, rotation } = augmentation
  const { colorJitter, randomErasing: erasing, mixup, cutmix } = augmentation
  const lines = joinLines(
    crop && `CROP_SCALE = ${literal(crop.scale)}  # smallest and largest share of the area`,
    crop && `CROP_RATIO = ${literal(crop.ratio)}  # smallest and largest width divided by height`,
    horizontalFlip > 0 && `HORIZONTAL_FLIP = ${literal(horizontalFlip)}  # probability`,
    verticalFlip > 0 && `VERTICAL_FLIP = ${literal(verticalFlip)}  # probability`,
    rotation > 0 && `ROTATION = ${literal(rotation)}  # largest angle in degrees, either way`,
    ...Object.entries(colorJitter ?? {}).map(
      ([change, strength]) => strength > 0 && `${change.toUpperCase()} = ${literal(strength)}`,
    ),
    erasing && `ERASING = ${literal(erasing.probability)}  # probability`,
    erasing && `ERASING_SCALE = ${literal(erasing.scale)}`,
    erasing && `ERASING_RATIO = ${literal(erasing.ratio)}`,
    mixup > 0 && `MIXUP = ${literal(mixup)}  # alpha of the Beta distribution that the shares are drawn from`,
    cutmix > 0 &&
      `CUTMIX = ${literal(cutmix)}  # alpha of the Beta distribution that the areas are drawn from`,
  )
  return lines && `# The changes to the training images.\n${lines}`
}

function trainingConstants(plan: ScriptPlan): string {
  const { training } = plan.settings
  const { earlyStopping } = training
  return py`
    # The training.
    ${seedConstants(plan)}
    BATCH_SIZE = ${literal(training.batchSize)}
    ${training.clipGradientNorm !== undefined && `CLIP_NORM = ${literal(training.clipGradientNorm)}`}
    ${training.labelSmoothing > 0 && `LABEL_SMOOTHING = ${literal(training.labelSmoothing)}`}
    ${earlyStopping && `PATIENCE = ${literal(earlyStopping.patience)}  # epochs without an improvement that end a phase`}
    ${earlyStopping && earlyStopping.minDelta > 0 && `MIN_DELTA = ${literal(earlyStopping.minDelta)}`}
    ${joinLines(...plan.phases.flatMap((phase) => phaseConstants(plan, phase)))}`
}

/** Lines of the constants of a phase. */
export function phaseConstants(plan: ScriptPlan, { phase, prefix }: PlannedPhase): Part[] {
  const { optimizer, schedule, backboneLearningRateScale: scale } = phase
  const trainsBackbone = plan.settings.mode === 'aligned' && phase.trainable !== 'head'
  return [
    `${prefix}EPOCHS = ${literal(phase.epochs)}`,
    `${prefix}LEARNING_RATE = ${literal(optimizer.learningRate)}`,
    trainsBackbone && scale !== 1 && `${prefix}BACKBONE_SCALE = ${literal(scale)}  # of the learning rate`,
    trainsBackbone &&
      phase.layerwiseDecay !== 1 &&
      `${prefix}LAYERWISE_DECAY = ${literal(phase.layerwiseDecay)}  # of the learning rate, from stage to stage`,
    optimizer.weightDecay > 0 && `${prefix}WEIGHT_DECAY = ${literal(optimizer.weightDecay)}`,
    schedule.name !== 'oneCycle' &&
      schedule.warmupEpochs > 0 &&
      `${prefix}WARMUP_EPOCHS = ${literal(schedule.warmupEpochs)}`,
  ]
}
