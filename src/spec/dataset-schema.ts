import * as z from 'zod'
import { fraction } from './fields.js'

const everySource = {
  validationFraction: fraction
    .default(0.2)
    .describe(
      "Share of the given training images set apart for validation where no validation images are given; 0 sets none apart. A hash of each image's identity decides, so that adding an image moves no other; a class too small to be left to chance gets an image in each split.",
    ),
  testFraction: fraction
    .gt(0)
    .default(0.2)
    .describe(
      "Share of the given training images set apart for the test where no test images are given. A hash of each image's identity decides, so that adding an image moves no other; a class too small to be left to chance gets an image in each split.",
    ),
  imageSize: z
    .int()
    .min(32)
    .max(1024)
    .optional()
    .describe(
      "Height and width in pixels of the square that every image becomes. The default is the backbone's own size, which `twintune backbones` lists.",
    ),
  resize: z
    .enum(['squash', 'crop'])
    .default('squash')
    .describe(
      "Way from an image of any aspect to a square. `squash`: the whole image is resized to it. `crop`: the shorter side is resized to `imageSize` divided by timm's crop share of the backbone, and the centre is cut out, as timm and torchvision do where they report an accuracy. A random resized crop takes its place in training.",
    ),
  onCorrupt: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe(
      'Treatment of images that cannot be decoded: `fail` ends the run before it trains, `skip` leaves them out. Either way every such image is listed.',
    ),
  cacheDecoded: z
    .enum(['auto', 'memory', 'disk', 'none'])
    .default('auto')
    .describe(
      'Place where decoded images are kept for later epochs that train on pixels: `memory`, `disk` (a file), `auto` (a file that also fits into the memory), or `none`. Kept images take at most a fourth of what is free there; the rest is decoded anew in each epoch.',
    ),
}

const paths = {
  train: z
    .string()
    .min(1)
    .describe(
      'Path of the training images: a folder with one folder for each class, or with such folders named train, val and test; a CSV file; or a parquet file.',
    ),
  validation: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path of the validation images. Without it `validationFraction` of the training images is set apart.',
    ),
  test: z
    .string()
    .min(1)
    .optional()
    .describe('Path of the test images. Without it `testFraction` of the training images is set apart.'),
}

const outside = z
  .enum(['follow', 'refuse'])
  .optional()
  .describe(
    "Treatment of images outside of the data set's folder, where links in it, or absolute paths in a CSV file, lead: `follow` uses them, `refuse` ends the run before it trains, for data of somebody whom you don't trust. The default is `follow`.",
  )

const columns = {
  imageColumn: z
    .string()
    .min(1)
    .default('image')
    .describe('Name of the column that holds the encoded images, as `{ bytes, path }` or as bytes.'),
  labelColumn: z
    .string()
    .min(1)
    .default('label')
    .describe('Name of the column that holds the classes, as integers with names or as strings.'),
}

export const datasetSchema = z.discriminatedUnion('source', [
  z.strictObject({
    source: z
      .literal('imagefolder')
      .describe('Source of the images: a folder with one folder for each class.'),
    ...paths,
    ...everySource,
    outside,
  }),
  z.strictObject({
    source: z.literal('csv').describe('Source of the images: a CSV file with a row for each image file.'),
    ...paths,
    ...everySource,
    outside,
    pathColumn: z
      .string()
      .min(1)
      .default('path')
      .describe('Name of the column that holds the paths of the image files, relative to the CSV file.'),
    labelColumn: z.string().min(1).default('label').describe('Name of the column that holds the classes.'),
    splitColumn: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of the column that says which split a row belongs to: `train`, `validation` or `test`. It stands in place of the fields `validation` and `test`.',
      ),
  }),
  z.strictObject({
    source: z
      .literal('parquet')
      .describe('Source of the images: parquet files that hold the encoded images.'),
    ...paths,
    ...everySource,
    ...columns,
  }),
  z.strictObject({
    source: z
      .literal('huggingface')
      .describe('Source of the images: a Hugging Face dataset, from the hub or from a local folder.'),
    train: z
      .string()
      .min(1)
      .describe(
        'Name of a dataset on the Hugging Face hub, or path of a local folder, which begins with `./`, `../` or `/`.',
      ),
    configuration: z
      .string()
      .min(1)
      .optional()
      .describe("Name of the dataset's configuration, where the dataset has several."),
    revision: z.string().min(1).optional().describe('Branch, tag or commit of the dataset on the hub.'),
    trainSplit: z
      .string()
      .min(1)
      .default('train')
      .describe("Name of the dataset's split that holds the training images."),
    validationSplit: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Name of the dataset's split that holds the validation images. Without it `validationFraction` of the training images is set apart.",
      ),
    testSplit: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Name of the dataset's split that holds the test images. Without it `testFraction` of the training images is set apart.",
      ),
    ...everySource,
    ...columns,
  }),
])
