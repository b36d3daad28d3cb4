import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { checkExperiment } from '../../src/spec/check.js'
import { formatIssue } from '../../src/spec/issue.js'
import { type LoadOptions, loadExperiment } from '../../src/spec/load.js'
import { formatPath } from '../../src/spec/path.js'
import type { ExperimentInput } from '../../src/spec/schema.js'
import { SpecError } from '../../src/spec/spec-error.js'

/** What a specification can't do without. */
export const smallest: ExperimentInput = {
  name: 'small',
  dataset: { source: 'parquet', train: '/data/train.parquet' },
  model: { backbone: 'resnet50' },
}

export const smallestYaml = `name: small
dataset:
  source: parquet
  train: train.parquet
model:
  backbone: resnet50
`

/** A folder with these files, gone after the test. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twintune-spec-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** The issues of a file with this text, each as it is printed. */
export async function issuesOfFile(name: string, text: string, options: LoadOptions = {}): Promise<string[]> {
  const cwd = await folderWith({ [name]: text })
  return issuesOf(loadExperiment(name, { cwd, ...options }))
}

export async function issuesOf(loading: Promise<unknown>): Promise<string[]> {
  const error = await loading.then(
    () => new Error('there was no issue'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof SpecError)) throw error
  return error.issues.map(formatIssue)
}

/** The issues of a value, as `path: message`. */
export function issuesOfValue(spec: unknown): string[] {
  const checked = checkExperiment(spec)
  return checked.ok ? [] : checked.findings.map(({ path, message }) => `${formatPath(path)}: ${message}`)
}
