import * as z from 'zod'
import type { comparePredictionsMessage } from '../protocol/compare-predictions.js'
import { answerSchema } from '../protocol/evaluation.js'

export const disagreementSchema = z.strictObject({
  seed: z.int(),
  images: z.int().describe('Of the test.'),
  different: z.int().describe('Those that the two models take for different classes.'),
  bothRight: z.int(),
  onlyTensorflowRight: z.int(),
  onlyPytorchRight: z.int(),
  bothWrong: z.int().describe('In the same way or in different ones.'),
  pValue: z
    .number()
    .describe(
      "McNemar's exact test, two-sided, whether one of these two models is right more often; 1 where they are right about the same images.",
    ),
})

const disagreeingImageSchema = z.strictObject({
  position: z.int().describe('In the test, from 0.'),
  image: z
    .string()
    .nullable()
    .describe('Where it is: a file, or a row of one; null where the data are gone or were changed.'),
  label: z.string(),
  tensorflow: answerSchema,
  pytorch: answerSchema,
  thumbnail: z
    .string()
    .nullable()
    .describe('A PNG file, relative to the run folder; the first of each seed have one.'),
})

export const disagreementDetailsSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    seeds: z.array(
      disagreementSchema.extend({
        listed: z
          .array(disagreeingImageSchema)
          .describe(
            'Every image that is answered differently: those first where the less certain model is most certain.',
          ),
      }),
    ),
  })
  .meta({ title: 'DisagreementDetails' })

/** How the two models of a seed answer the same test images. Seeds are never pooled: they share the images. */
export type Disagreement = z.output<typeof disagreementSchema>
/** Which test images the two models of each seed take for different classes (`disagreements.json`). */
export type DisagreementDetails = z.output<typeof disagreementDetailsSchema>
/** One seed of it. */
export type SeedDisagreement = DisagreementDetails['seeds'][number]

/**
 * What Python found between the models of a seed, TensorFlow's first.
 *
 * @param folder - Of the thumbnails, relative to the run folder.
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

/** The same without the images. */
export function countsOf({ listed: _, ...counts }: SeedDisagreement): Disagreement {
  return counts
}
