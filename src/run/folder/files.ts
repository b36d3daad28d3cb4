import type { Run } from '../../plan/plan-runs.js'

/** Where run folders are made, and looked for by name, when nothing else is said; in the working directory. */
export const defaultRunsDirectory = 'runs'

/** What the files of a run folder are called; its writer and its readers share these. */
export const runFolderFiles = {
  spec: 'spec.yaml',
  /** Of the comparison at the top, and of each run in its own folder. */
  events: 'events.jsonl',
  environment: 'environment.json',
  comparison: 'comparison.json',
  /** Which test images the two frameworks take for different classes; the thumbnails are in folders of their own. */
  disagreements: 'disagreements.json',
  thumbnails: 'disagreements',
  thumbnailsOf: (seed: number): string => `disagreements/seed${seed}`,
  /** There while a process works in the folder. */
  lock: 'lock.json',
  /** In the folder of a run. */
  result: 'result.json',
  predictions: 'predictions.safetensors',
  folderOf: ({ framework, seed, repeat }: Run): string =>
    `${framework}-seed${seed}${repeat ? '-repeat' : ''}`,
} as const
