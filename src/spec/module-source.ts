import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageFolder } from '../package-folder.js'
import { shellQuote } from '../shell-quote.js'
import { isMapping } from './path.js'
import { type Place, type Problem, type Source, Unreadable } from './source.js'
import { SpecError } from './spec-error.js'

/**
 * Runs a specification that is a program and takes its default export.
 *
 * @throws Unreadable when the program fails or exports no mapping.
 * @throws SpecError when its `defineExperiment` found issues; they are given the name of the file.
 */
export async function readModule(file: string, shownFile: string): Promise<Source> {
  const value = await withoutStdout(async () => defaultExport(await importModule(file))).catch(
    (error: unknown) => {
      throw explainThrown(error, file, shownFile)
    },
  )
  if (!isMapping(value)) {
    throw new Unreadable([
      unplaced('expected `export default` of an experiment, as defineExperiment returns it'),
    ])
  }
  return { value, problems: [], locate: () => ({ line: null, column: null, depth: 0 }) }
}

// Programs may load side by side: the first one turns stdout away, the last one turns it back.
let loading = 0
// biome-ignore lint/plugin/process-by-name: nothing is printed here; the program's output is turned away.
const { stdout, stderr } = process
let write = stdout.write

// The program's own output goes to stderr: stdout may be lines of JSON that someone reads.
async function withoutStdout<T>(work: () => Promise<T>): Promise<T> {
  if (loading === 0) {
    write = stdout.write
    stdout.write = stderr.write.bind(stderr)
  }
  loading += 1
  try {
    return await work()
  } finally {
    loading -= 1
    if (loading === 0) stdout.write = write
  }
}

async function importModule(file: string): Promise<unknown> {
  const url = pathToFileURL(file).href
  if (!/^\.m?ts$/.test(extname(file))) return import(url)
  // Lines of errors are those of the TypeScript, and not of what it is compiled to.
  process.setSourceMapsEnabled(true)
  if (isCommonJs(file)) {
    const tsx = await import('tsx/cjs/api')
    return { default: tsx.require(file, import.meta.url) }
  }
  const { tsImport } = await import('tsx/esm/api')
  return tsImport(url, import.meta.url)
}

// What the nearest package.json says counts, as Node has it. tsx's import compiles such a file too, and loses its lines.
function isCommonJs(file: string): boolean {
  if (extname(file) === '.mts') return false
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = readIfThere(join(folder, 'package.json'))
    if (text !== null) return !/"type"\s*:\s*"module"/.test(text)
    if (folder === dirname(folder)) return true
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

// When the nearest package.json doesn't say `"type": "module"`, tsx makes CommonJS, whose exports are one default.
function defaultExport(module: unknown): unknown {
  const exported = isMapping(module) ? module.default : undefined
  return isMapping(exported) && exported.__esModule === true ? exported.default : exported
}

function explainThrown(error: unknown, file: string, shownFile: string): Error {
  // The program may have another copy of twintune than ours, so its errors are known by what they hold.
  if (error instanceof Error && error.name === 'SpecError' && 'issues' in error) {
    const { issues } = error as SpecError
    return new SpecError(issues.map((issue) => ({ ...issue, file: issue.file ?? shownFile })))
  }
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const mend = message.includes("'twintune'")
    ? `; install it beside the file: npm install ${shellQuote(packageFolder())}`
    : ''
  // The rest of a long message, as a stack of requires, is in the cause.
  const [first = '', second = ''] = message.split('\n')
  const summary = first.endsWith(':') ? `${first} ${second}` : first
  const shown = `the program failed: ${name}: ${summary}${mend}`
  return new Unreadable([{ ...placeIn(file, error), path: [], message: shown }], { cause: error })
}

/** Finds the place in the program that threw, or that called what threw; without one where the error doesn't tell. */
function placeIn(file: string, error: unknown): Place {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const frame of stack.split('\n').filter((line) => /^\s*at /.test(line))) {
    const [, location = '', line, column] = /^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(frame) ?? []
    if (line !== undefined && pathOf(location) === file) return { line: Number(line), column: Number(column) }
  }
  return { line: null, column: null }
}

// Loaders give what they load an address, with a query of their own.
function pathOf(location: string): string {
  try {
    return location.startsWith('file:') ? fileURLToPath(location) : location.replace(/\?.*$/, '')
  } catch {
    return location
  }
}

function unplaced(message: string): Problem {
  return { line: null, column: null, path: [], message }
}
