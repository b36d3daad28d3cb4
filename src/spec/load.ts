import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { TwintuneError } from '../failure.js'
import { checkExperiment } from './check.js'
import { resolveFilePaths } from './file-paths.js'
import type { SpecIssue } from './issue.js'
import { explainMissingFile } from './missing-file.js'
import { pathTooDeep, tooDeep } from './nesting.js'
import { applyOverride, type Override, type OverrideProblem, parseOverrides } from './overrides.js'
import { formatPath } from './path.js'
import { placeFinding } from './place-finding.js'
import type { Experiment } from './schema.js'
import { type Problem, type Source, Unreadable } from './source.js'
import { SpecError } from './spec-error.js'

/** Options of reading a specification from a file. */
export interface LoadOptions {
  /** Fields set over those of the file, each as `path=value`, like `--set`. */
  readonly set?: readonly string[] | undefined
  /** Seeds set over those of the file, as `0..5` or `0,3,7`. */
  readonly seeds?: string | undefined
  /**
   * Folder that `file` and the paths in `set` are taken from.
   * @defaultValue the working directory
   */
  readonly cwd?: string | undefined
  /**
   * Whether a specification may be a program: a TypeScript or JavaScript file is run with all the rights of the user.
   * @defaultValue true
   */
  readonly code?: boolean | undefined
}

/**
 * Reads an experiment from a YAML, JSON, TypeScript or JavaScript file, checks it and fills in the defaults. Paths in a
 * YAML or JSON file are taken from its folder. YAML and JSON run no code.
 *
 * @param given - Path of the file. `-` reads YAML or JSON from standard input, and its paths are taken from `cwd`.
 * @throws TwintuneError SPEC_NOT_FOUND when there is no such file.
 * @throws SpecError with every issue of the file and of the options.
 */
export async function loadExperiment(given: string, options: LoadOptions = {}): Promise<Experiment> {
  if (typeof given !== 'string' || given === '') {
    const hint = "For example: loadExperiment('experiment.yaml')."
    const message = 'loadExperiment takes the path of a file as a text.'
    throw new TwintuneError({ code: 'SPEC_INVALID', message, hint })
  }
  const { set = [], seeds, cwd = process.cwd(), code = true } = options
  requireOptions({ set, seeds, cwd })
  const { overrides, problems } = parseOverrides(set, seeds)
  const isInput = given === standardInput
  const file = isInput ? 'standard input' : given
  const reading = isInput ? readInput(cwd) : readSource(resolve(cwd, file), file, code)
  const source = await reading.catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error
    const issues = error.problems.map((problem) => fileIssue(file, problem))
    throw new SpecError([...issues, ...problems.map(optionIssue)], error.cause)
  })
  const overridden = applyOverrides(source.value, overrides, cwd)
  const checked = checkExperiment(
    overridden.spec,
    overrides.map(({ path }) => path),
  )
  const findings = checked.ok ? [] : checked.findings
  const issues = [
    ...source.problems.map((problem) => fileIssue(file, problem)),
    ...findings.map((finding) => placeFinding(finding, file, source, overrides)),
    ...[...problems, ...overridden.problems].map(optionIssue),
  ]
  if (issues.length > 0 || !checked.ok) throw new SpecError(issues.toSorted(byPlace))
  return checked.experiment
}

// A JavaScript caller may give anything.
function requireOptions({
  set,
  seeds,
  cwd,
}: {
  readonly set: unknown
  readonly seeds: unknown
  readonly cwd: unknown
}) {
  const message =
    !Array.isArray(set) || set.some((each) => typeof each !== 'string')
      ? "set must be a list of texts, such as ['training.batchSize=64']."
      : seeds !== undefined && typeof seeds !== 'string'
        ? "seeds must be a text, such as '0..5' or '0,3,7'."
        : typeof cwd !== 'string'
          ? 'cwd must be a text: the path of a folder.'
          : null
  if (message !== null) throw new TwintuneError({ code: 'SPEC_INVALID', message })
}

/** Refuses a value that is nested deeper than what checks it can follow. */
function requireShallow(source: Source): Source {
  const path = pathTooDeep(source.value)
  if (path === null) return source
  throw new Unreadable([{ ...source.locate(path, 'value'), path: [], message: tooDeep }])
}

const readable: readonly string[] = ['.yaml', '.yml', '.json', '.ts', '.mts', '.js', '.mjs']

/** Name of the specification that is read from standard input instead of a file. */
const standardInput = '-'

async function readSource(path: string, shownFile: string, code: boolean): Promise<Source> {
  const missing = async (error: unknown) => {
    throw await explainMissingFile(path, shownFile, readable, error)
  }
  const status = await stat(path).catch(missing)
  // A pipe or a device would never end.
  const problem = status.isDirectory() ? null : whyNoSpecification(status.isFile(), status.size)
  if (problem !== null) throw unreadable(problem)
  const bytes = await readFile(path).catch(missing)
  if (isUtf16(bytes)) throw unreadable('it is UTF-16; save it as UTF-8')
  const text = bytes.toString('utf8')
  return shallow(() => readText(withoutMark(text), path, { shownFile, code }))
}

// JSON is YAML too, so that nothing need be said of which of the two it is.
async function readInput(cwd: string): Promise<Source> {
  const text = await readStandardInput()
  return shallow(async () => relativeTo(cwd, (await import('./yaml-source.js')).readYaml(withoutMark(text))))
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of createReadStream('', { fd: 0, autoClose: false })) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > mostBytes) throw unreadable(`it has more than ${mostBytes} bytes; no specification has`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Whether a file begins as an editor of Windows begins one in UTF-16. */
function isUtf16(bytes: Buffer): boolean {
  return ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'))
}

async function shallow(read: () => Promise<Source>): Promise<Source> {
  try {
    return requireShallow(await read())
  } catch (error) {
    // The parsers call themselves for each level, until the stack is full.
    throw error instanceof RangeError ? unreadable(tooDeep) : error
  }
}

function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}

function unreadable(message: string): Unreadable {
  return new Unreadable([{ line: null, column: null, path: [], message }])
}

const mostBytes = 1_000_000

function whyNoSpecification(isFile: boolean, size: number): string | null {
  if (!isFile) return 'it is no regular file'
  return size > mostBytes ? `it has ${size} bytes; a specification has at most ${mostBytes}` : null
}

// Each reader is loaded only for its own kind: a YAML file must be answered at once.
async function readText(
  text: string,
  path: string,
  { shownFile, code }: { readonly shownFile: string; readonly code: boolean },
): Promise<Source> {
  const folder = dirname(path)
  const extension = extname(path).toLowerCase()
  if (extension === '.yaml' || extension === '.yml') {
    return relativeTo(folder, (await import('./yaml-source.js')).readYaml(text))
  }
  if (extension === '.json')
    return relativeTo(folder, await (await import('./json-source.js')).readJson(text))
  if (readable.includes(extension)) {
    if (!code) throw unreadable(isProgram)
    return relativeTo(process.cwd(), await (await import('./module-source.js')).readModule(path, shownFile))
  }
  const kind = extension === '' ? 'a file without an extension' : `a ${extension} file`
  throw unreadable(
    `${kind} can't be a specification; write it as ${readable.slice(0, -1).join(', ')} or ${readable.at(-1)}`,
  )
}

const isProgram =
  'it is a program, which would be run to read it, and --no-code forbids that; write it as YAML or JSON'

function relativeTo(folder: string, source: Source): Source {
  return { ...source, value: resolveFilePaths(source.value, folder) }
}

function applyOverrides(value: unknown, overrides: readonly Override[], cwd: string) {
  const problems: OverrideProblem[] = []
  let spec = value
  for (const override of overrides) {
    const outcome = applyOverride(spec, override)
    if ('message' in outcome) problems.push(outcome)
    else spec = outcome.spec
  }
  // Once all are set: one of them may say what another is, a path or a name on the hub.
  return { spec: overrides.length > 0 ? resolveFilePaths(spec, cwd) : spec, problems }
}

function fileIssue(file: string, { line, column, path, message }: Problem): SpecIssue {
  return { file, line, column, path: formatPath(path), message, suggestion: null }
}

function optionIssue({ option, path, message }: OverrideProblem): SpecIssue {
  return { file: option, line: null, column: null, path: formatPath(path), message, suggestion: null }
}

// Issues are sorted by their place in the text. An issue without a place, as of an option, comes last.
function byPlace(one: SpecIssue, other: SpecIssue): number {
  const last = Number.MAX_SAFE_INTEGER
  return (one.line ?? last) - (other.line ?? last) || (one.column ?? last) - (other.column ?? last)
}
