import * as z from 'zod'
import { fraction } from './fields.js'

const everySource = {
  validationFraction: fraction
    .default(0.2)
    .describe(
      "Share of the training images set apart for validation where none are given, decided by a hash of each item's identity; 0 for none.",
    ),
  testFraction: fraction
    .gt(0)
    .default(0.2)
    .describe('Share of the images set apart for the test, by the same hash, where none are given.'),
  imageSize: z
    .int()
    .min(32)
    .max(1024)
    .optional()
    .describe(
      "Height and width in pixels that every image is resized to. Without it the backbone's own, as `twintune backbones` lists it.",
    ),
  onCorrupt: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe('What to do with images that can not be decoded; either way every one of them is listed.'),
  cacheDecoded: z
    .enum(['auto', 'memory', 'disk', 'none'])
    .default('auto')
    .describe(
      'Where decoded images are kept for the next epochs on pixels, up to a fourth of what is free: `memory`, `disk`, or `auto`, a file that the memory has room for too.',
    ),
}

const paths = {
  train: z
    .string()
    .min(1)
    .describe(
      'The training images: a folder with a folder a class, or with such folders named train, val and test; a CSV file; or a parquet file.',
    ),
  validation: z
    .string()
    .min(1)
    .optional()
    .describe('The validation images. Without it `validationFraction` of the training images is set apart.'),
  test: z
    .string()
    .min(1)
    .optional()
    .describe('The test images. Without it `testFraction` of the training images is set apart.'),
}

const columns = {
  imageColumn: z
    .string()
    .min(1)
    .default('image')
    .describe('Column of the encoded images (`{ bytes, path }` or bytes).'),
  labelColumn: z
    .string()
    .min(1)
    .default('label')
    .describe('Column of the classes (integers with names, or strings).'),
}

export const datasetSchema = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('imagefolder'), ...paths, ...everySource }),
  z.strictObject({
    source: z.literal('csv'),
    ...paths,
    ...everySource,
    pathColumn: z
      .string()
      .min(1)
      .default('path')
      .describe("Column of the image files' paths, relative to the CSV file."),
    labelColumn: z.string().min(1).default('label').describe('Column of the classes.'),
    splitColumn: z
      .string()
      .min(1)
      .optional()
      .describe('Column of `train`, `validation` or `test`, in place of `validation` and `test`.'),
  }),
  z.strictObject({ source: z.literal('parquet'), ...paths, ...everySource, ...columns }),
  z.strictObject({
    source: z.literal('huggingface'),
    train: z
      .string()
      .min(1)
      .describe("A dataset's name on the hub, or a local folder, which begins with `./`, `../` or `/`."),
    configuration: z
      .string()
      .min(1)
      .optional()
      .describe("The dataset's configuration, where it has several."),
    revision: z.string().min(1).optional().describe('A branch, tag or commit of the dataset.'),
    trainSplit: z.string().min(1).default('train').describe('The split that the training images are of.'),
    validationSplit: z
      .string()
      .min(1)
      .optional()
      .describe('Without it `validationFraction` of the training images is set apart.'),
    testSplit: z
      .string()
      .min(1)
      .optional()
      .describe('Without it `testFraction` of the training images is set apart.'),
    ...everySource,
    ...columns,
  }),
])
