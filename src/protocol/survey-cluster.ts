import * as z from 'zod'
import { defineMessage } from './message.js'

/** Connects to the cluster, or starts one, and tells its nodes. The executor's own Python answers it. */
export const surveyClusterMessage = defineMessage({
  name: 'survey-cluster',
  request: z.strictObject({}),
  progress: z.never(),
  result: z.strictObject({
    address: z.string().describe('Address at which other processes reach the cluster.'),
    nodes: z
      .array(
        z.strictObject({
          node: z.string().describe("Node's host and the beginning of its id."),
          cpus: z.number(),
          gpus: z.number(),
          memoryBytes: z.int(),
        }),
      )
      .describe('Living nodes with their resources, whether these are free or not.'),
  }),
})
