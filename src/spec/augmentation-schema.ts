import * as z from 'zod'
import { positive, probability } from './fields.js'

const strength = z.number().min(0)
const ratio = z.tuple([positive, positive]).describe('Smallest and largest width divided by height.')
const area = z
  .tuple([positive.max(1), positive.max(1)])
  .describe("Smallest and largest share of the image's area.")

/**
 * Random changes to the training images, drawn by (seed, epoch, image) and so the same in both frameworks. Their order
 * is that of the fields: crop, flips, rotation, colours, RandAugment, erasing, then mixing of the batch.
 */
export const augmentationSchema = z.strictObject({
  randomResizedCrop: z
    .strictObject({ scale: area.default([0.08, 1]), ratio: ratio.default([3 / 4, 4 / 3]) })
    .optional()
    .describe('A random part of the image, resized to `dataset.imageSize` (Szegedy et al. 2015).'),
  horizontalFlip: probability.default(0).describe('Probability of mirroring left and right.'),
  verticalFlip: probability.default(0).describe('Probability of mirroring top and bottom.'),
  rotation: z
    .number()
    .min(0)
    .max(180)
    .default(0)
    .describe('Largest angle in degrees, either way; the corners get the mean colour.'),
  colorJitter: z
    .strictObject({
      brightness: strength.default(0).describe('Of all colours alike.'),
      contrast: strength.default(0).describe("Of the distance from the image's mean grey."),
      saturation: strength.default(0).describe("Of the distance from a pixel's own grey."),
      hue: z.number().min(0).max(0.5).default(0).describe('Share of a turn of the colour circle.'),
    })
    .optional()
    .describe(
      'Strengths as in torchvision: a factor from 1 - x to 1 + x; hue is shifted by up to x of a turn.',
    ),
  randAugment: z
    .strictObject({
      operations: z.int().min(1).max(14).default(2).describe('Operations an image.'),
      magnitude: z.int().min(0).max(30).default(9).describe('Of 30.'),
    })
    .optional()
    .describe("RandAugment (Cubuk et al. 2020) with torchvision's table."),
  randomErasing: z
    .strictObject({
      probability: probability.default(0.25).describe('Of an image to lose a rectangle.'),
      scale: area.default([0.02, 1 / 3]),
      ratio: ratio.default([0.3, 10 / 3]),
    })
    .optional()
    .describe('A random rectangle set to the mean colour (Zhong et al. 2020).'),
  views: z
    .int()
    .min(1)
    .optional()
    .describe(
      'So many augmented views of each image, which the epochs take in turn; drawn anew in each epoch where this is left out. A frozen backbone then runs once over all of them.',
    ),
  mixup: strength
    .default(0)
    .describe(
      'Alpha of the Beta distribution that batches are mixed by (Zhang et al. 2018); 0 for none. Training accuracy then counts the class with the largest share.',
    ),
  cutmix: strength
    .default(0)
    .describe(
      'Alpha of CutMix (Yun et al. 2019); 0 for none. With mixup too, each batch gets one of the two at random.',
    ),
})
