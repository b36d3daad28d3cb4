import { readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { isMapping } from './path.js'

// Runs a specification that is a program, in a thread of its own: an endless loop would make the command deaf to signals,
// and `process.exit` would end it.

/** Error that a program threw, as it crosses to the thread that reads the specification. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly stack: string
  /** Issues of a `SpecError`, which the program's own copy of twintune may have thrown. */
  readonly issues?: unknown
}

/** Outcome of a program: its default export, or what it threw. */
export type ModuleReply = { readonly value: unknown } | { readonly thrown: Thrown }

// biome-ignore lint/plugin/process-by-name: nothing is printed here; what the program has printed is waited for.
const { stdout } = process
const reply = await run(workerData as string)
// What the program has printed goes first.
await new Promise<void>((written) => stdout.write('', () => written()))
parentPort?.postMessage(reply)

async function run(file: string): Promise<ModuleReply> {
  try {
    return { value: cloneable(await defaultExport(await importModule(file))) }
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: { name: 'Error', message: String(error), stack: '' } }
    const { name, message, stack = '' } = error
    return { thrown: { name, message, stack, ...('issues' in error && { issues: error.issues }) } }
  }
}

// Threads can't hand functions over. The checks of a specification then name the place of a text that was none.
function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch {
    return withoutFunctions(value, new Map())
  }
}

function withoutFunctions(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {}
  seen.set(value, copy)
  for (const [key, child] of Object.entries(value)) Reflect.set(copy, key, withoutFunctions(child, seen))
  return copy
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
