import * as z from 'zod'

/** Schema of the trackers that a comparison is sent to. */
export const trackersSchema = z.strictObject({
  csv: z.boolean().optional().describe("Whether `metrics.csv` is written into the comparison's folder."),
  tensorboard: z
    .boolean()
    .optional()
    .describe("Whether event files of TensorBoard are written into the comparison's folder."),
  mlflow: z
    .strictObject({
      uri: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Address of a server, or of a store; without it, MLflow's own setting (MLFLOW_TRACKING_URI).",
        ),
      experiment: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Name of the experiment in MLflow; without it, MLFLOW_EXPERIMENT_NAME or that of the specification.',
        ),
      models: z.boolean().optional().describe('Whether the trained models are kept as artefacts too.'),
    })
    .optional()
    .describe('MLflow, which gets the comparison as a parent run and each run as its child.'),
  wandb: z
    .strictObject({
      project: z
        .string()
        .min(1)
        .optional()
        .describe('Name of the project; without it, WANDB_PROJECT or the name of the experiment.'),
    })
    .optional()
    .describe('Weights & Biases, whose offline files `wandb sync` uploads.'),
})

/** Trackers that a comparison is sent to. None of them is by default. */
export type Trackers = z.output<typeof trackersSchema>

/** Name of a tracker, as `--track` takes it. */
export type TrackerName = keyof Trackers

/** Names of the trackers, as sentences write them. */
export const trackerTitles: Readonly<Record<TrackerName, string>> = {
  csv: 'CSV',
  tensorboard: 'TensorBoard',
  mlflow: 'MLflow',
  wandb: 'Weights & Biases',
}

/** Adds the tracker that a text such as `mlflow=URI` names to others; `null` where it names none. */
export function addTracker(trackers: Trackers, text: string): Trackers | null {
  const [, name, value] = /^(\w+)(?:=(.+))?$/.exec(text) ?? []
  if (name === 'mlflow') return { ...trackers, mlflow: { ...trackers.mlflow, ...(value && { uri: value }) } }
  if (name === 'wandb') return { ...trackers, wandb: { ...trackers.wandb, ...(value && { project: value }) } }
  if ((name === 'csv' || name === 'tensorboard') && value === undefined) return { ...trackers, [name]: true }
  return null
}

/** Has MLflow, where it is among the trackers, keep the trained models too. */
export function keepingModels(trackers: Trackers): Trackers {
  return trackers.mlflow ? { ...trackers, mlflow: { ...trackers.mlflow, models: true } } : trackers
}

/** Lists the names of the trackers that are wanted. */
export function namesOf(trackers: Trackers): TrackerName[] {
  return trackersSchema.keyof().options.filter((name) => trackers[name])
}
