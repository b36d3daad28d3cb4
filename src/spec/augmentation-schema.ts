import * as z from 'zod'
import { positive, probability } from './fields.js'

const strength = z.number().min(0)
const ascends = ([smallest, largest]: readonly [number, number]): boolean => smallest <= largest
const ascendingOrder = 'must be the smallest value, then the largest'
const ratio = z
  .tuple([positive, positive])
  .refine(ascends, ascendingOrder)
  .describe('Smallest and largest aspect ratio of the rectangle: its width divided by its height.')
const area = z
  .tuple([positive.max(1), positive.max(1)])
  .refine(ascends, ascendingOrder)
  .describe("Smallest and largest area of the rectangle, as shares of the image's area.")

/**
 * Random changes to the training images, drawn by (seed, epoch, image) and so the same in both frameworks. Their order
 * is that of the fields: crop, flips, rotation, colours, RandAugment, erasing, then mixing of the batch.
 */
export const augmentationSchema = z.strictObject({
  randomResizedCrop: z
    .strictObject({ scale: area.default([0.08, 1]), ratio: ratio.default([3 / 4, 4 / 3]) })
    .optional()
    .describe(
      'Cuts a random rectangle out of the image and resizes it to `dataset.imageSize` (Szegedy et al. 2015).',
    ),
  horizontalFlip: probability
    .default(0)
    .describe('Probability, 0 to 1, that an image is mirrored left to right.'),
  verticalFlip: probability
    .default(0)
    .describe('Probability, 0 to 1, that an image is mirrored top to bottom.'),
  rotation: z
    .number()
    .min(0)
    .max(180)
    .default(0)
    .describe(
      'Largest angle in degrees by which an image is turned, either way. The corners that become empty get the mean colour.',
    ),
  colorJitter: z
    .strictObject({
      brightness: strength
        .default(0)
        .describe(
          'Strength of the brightness change: all colours are multiplied by a factor between max(0, 1 - x) and 1 + x.',
        ),
      contrast: strength
        .default(0)
        .describe(
          "Strength of the contrast change: each pixel's distance from the image's mean grey is multiplied by a factor between max(0, 1 - x) and 1 + x.",
        ),
      saturation: strength
        .default(0)
        .describe(
          "Strength of the saturation change: each pixel's distance from its own grey is multiplied by a factor between max(0, 1 - x) and 1 + x.",
        ),
      hue: z
        .number()
        .min(0)
        .max(0.5)
        .default(0)
        .describe(
          'Largest shift of the hue, either way, as a share of a full turn of the colour circle; at most 0.5.',
        ),
    })
    .refine((strengths) => Object.values(strengths).some((value) => value !== 0), {
      error: 'changes nothing: give a strength of more than 0 (brightness, contrast, saturation, hue)',
    })
    .optional()
    .describe(
      'Random changes of brightness, contrast, saturation and hue, in a random order, as in torchvision. A strength of 0 leaves its change out.',
    ),
  randAugment: z
    .strictObject({
      operations: z
        .int()
        .min(1)
        .max(14)
        .default(2)
        .describe('Number of operations applied to each image, one after the other.'),
      magnitude: z
        .int()
        .min(0)
        .max(30)
        .default(9)
        .describe('Strength of the operations on a scale from 0 to 30.'),
    })
    .optional()
    .describe(
      "RandAugment (Cubuk et al. 2020): applies operations drawn at random from torchvision's table of 14.",
    ),
  randomErasing: z
    .strictObject({
      probability: probability
        .default(0.25)
        .describe('Probability, 0 to 1, that a rectangle of an image is erased.'),
      scale: area.default([0.02, 1 / 3]),
      ratio: ratio.default([0.3, 10 / 3]),
    })
    .optional()
    .describe('Sets a random rectangle of the image to the mean colour (Zhong et al. 2020).'),
  views: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Number of fixed augmented views of each image, which the epochs take in turn. A frozen backbone then computes the features of every view once. Without this field each epoch draws a new view.',
    ),
  mixup: strength
    .default(0)
    .describe(
      'Alpha of mixup (Zhang et al. 2018), the parameter of the Beta distribution that the mixing shares are drawn from; 0 turns mixup off. Training accuracy then counts the class with the largest share.',
    ),
  cutmix: strength
    .default(0)
    .describe(
      'Alpha of CutMix (Yun et al. 2019), the parameter of the Beta distribution that the pasted area is drawn from; 0 turns CutMix off. With mixup on as well, each batch gets one of the two at random.',
    ),
})
