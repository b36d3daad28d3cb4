import * as z from 'zod'
import { defineMessage } from './message.js'

/** Finds the ImageNet weights of a backbone in the hub's cache on this machine, or downloads them there. */
export const fetchWeightsMessage = defineMessage({
  name: 'fetch-weights',
  request: z.strictObject({
    backbone: z.string().describe('Backbone whose weights are on the hub.'),
    folder: z
      .string()
      .nullable()
      .describe("Folder that takes the place of HF_HOME; null for the hub's own cache on this machine."),
    download: z.boolean().describe('Whether weights that are not here are downloaded.'),
  }),
  progress: z.never(),
  result: z.strictObject({
    file: z.string().nullable().describe('Absolute path of the file; null where it is not here.'),
    bytes: z.int().nullable().describe('Size of the file in bytes; null where it is not here.'),
    downloaded: z.boolean(),
  }),
})

/** Weights of a backbone that were found, downloaded or neither. */
export type FetchedWeights = z.output<typeof fetchWeightsMessage.result>
