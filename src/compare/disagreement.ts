import * as z from 'zod'
import type { comparePredictionsMessage } from '../protocol/compare-predictions.js'
import { answerSchema } from '../protocol/evaluation.js'

export const disagreementSchema = z.strictObject({
  seed: z.int(),
  images: z.int().describe('Number of images in the test.'),
  different: z.int().describe('Number of images that the two models take for different classes.'),
  bothRight: z.int(),
  onlyTensorflowRight: z.int(),
  onlyPytorchRight: z.int(),
  bothWrong: z
    .int()
    .describe(
      'Number of images that both models are wrong about, with the same answer or with different ones.',
    ),
  pValue: z
    .number()
    .describe(
      "P-value of McNemar's exact two-sided test of whether one of these two models is right more often; 1 where both are right about the same images.",
    ),
})

const disagreeingImageSchema = z.strictObject({
  position: z.int().describe('Position of the image in the test set, from 0.'),
  image: z
    .string()
    .nullable()
    .describe(
      'Place of the image: a file, or a row of a file; null where the data are gone or were changed.',
    ),
  label: z.string(),
  tensorflow: answerSchema,
  pytorch: answerSchema,
  thumbnail: z
    .string()
    .nullable()
    .describe(
      "Path of a PNG file, relative to the comparison's folder. The first images of each seed have one; null for the others.",
    ),
})

export const disagreementDetailsSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    seeds: z.array(
      disagreementSchema.extend({
        listed: z
          .array(disagreeingImageSchema)
          .describe(
            'Images that the two models answer differently. Those on which the less certain model is most certain come first.',
          ),
      }),
    ),
  })
  .meta({ title: 'DisagreementDetails' })

/** Disagreement of a seed's two models on the same test images. Seeds are never pooled: they share the images. */
export type Disagreement = z.output<typeof disagreementSchema>
/** Disagreements of all seeds with the images, which `disagreements.json` holds. */
export type DisagreementDetails = z.output<typeof disagreementDetailsSchema>
/** Disagreement of one seed's two models, with the images. */
export type SeedDisagreement = DisagreementDetails['seeds'][number]

/**
 * Turns Python's comparison of a seed's two models, TensorFlow's first, into their disagreement.
 *
 * @param folder - Folder of the thumbnails, relative to the comparison's folder.
 */
export function disagreementOf(
  seed: number,
  folder: string,
  found: z.output<typeof comparePredictionsMessage.result>,
): SeedDisagreement {
  const { images, different, bothRight, onlyFirstRight, onlySecondRight, bothWrong, pValue } = found
  return {
    seed,
    images,
    different,
    bothRight,
    onlyTensorflowRight: onlyFirstRight,
    onlyPytorchRight: onlySecondRight,
    bothWrong,
    pValue,
    listed: found.listed.map(({ first, second, thumbnail, ...image }) => ({
      ...image,
      tensorflow: first,
      pytorch: second,
      thumbnail: thumbnail === null ? null : `${folder}/${thumbnail}`,
    })),
  }
}

/** Counts of a seed's disagreement, without the images. */
export function countsOf({ listed: _, ...counts }: SeedDisagreement): Disagreement {
  return counts
}
