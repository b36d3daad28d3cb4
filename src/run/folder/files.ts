import type { Run } from '../../plan/plan-runs.js'

/** Folder in the working directory that comparisons' folders are made in, and looked for by name, by default. */
export const defaultRunsDirectory = 'runs'

/** Name of the page that has several comparisons side by side, in the folder of comparisons. */
export const sideBySideReport = 'side-by-side.html'

/** Names of the files that `verify` writes into the folder of comparisons. */
export const verificationFiles = {
  /** Report of a whole verification, or of a part: of the first phase alone, or with a difference that was planted. */
  reportOf: (experiment: string, part: string | null): string =>
    `${experiment}-verify${part === null ? '' : `-${part}`}.html`,
  /** Result of a whole verification, which the reports of comparisons read. */
  recordOf: (experiment: string): string => `${experiment}-verify.json`,
} as const

/** Names of the files in a comparison's folder, which its writer and its readers share. */
export const comparisonFiles = {
  spec: 'spec.yaml',
  /** Events: those of the comparison at the top, and those of each run in its own folder. */
  events: 'events.jsonl',
  environment: 'environment.json',
  comparison: 'comparison.json',
  /** Report of the comparison for people. */
  report: 'report.html',
  /** Report in short as Markdown, for a pull request. */
  markdown: 'report.md',
  /** Test images that the two frameworks take for different classes; the thumbnails are in folders of their own. */
  disagreements: 'disagreements.json',
  thumbnails: 'disagreements',
  thumbnailsOf: (seed: number): string => `disagreements/seed${seed}`,
  /** Lock, which is there while a process works in the folder. */
  lock: 'lock.json',
  /** Mark of a folder that runs are copied into; only a process that was killed leaves it. */
  merging: '.merging.tmp',
  /** Values of all metrics in one table, where they are tracked so; see `src/tracking/`. */
  metrics: 'metrics.csv',
  /** Event files of TensorBoard, where they are tracked so: a folder for each run. */
  tensorboard: 'tensorboard',
  /** Result of a run, in the run's own folder. */
  result: 'result.json',
  /** Trained model of a run, in the run's own folder. */
  model: 'model',
  /** Tensors of the trained model, in its folder. */
  modelTensors: 'model.safetensors',
  /** Export of the trained model, in the run's own folder. */
  export: 'export',
  predictions: 'predictions.safetensors',
  /** Test of a run in detail, in the run's own folder. */
  evaluation: 'evaluation.json',
  /** Checkpoints that an interrupted run goes on from, in the run's own folder. */
  checkpoints: 'checkpoint',
  /** Judgement of a run by the other framework, in the run's own folder. */
  judgement: 'judgement.json',
  /** Steps that a run has kept for the other framework, in the run's own folder. */
  steps: 'steps',
  folderOf: ({ framework, seed, repeat }: Run): string =>
    `${framework}-seed${seed}${repeat ? '-repeat' : ''}`,
} as const
