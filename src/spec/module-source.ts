import { fileURLToPath } from 'node:url'
import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads'
import { packageFolder } from '../package-folder.js'
import { shellQuote } from '../shell-quote.js'
import type { SpecIssue } from './issue.js'
import type { ModuleReply, Thrown } from './module-thread.js'
import { isMapping } from './path.js'
import { type Place, type Problem, type Source, Unreadable } from './source.js'
import { SpecError } from './spec-error.js'

/**
 * Runs a specification that is a program and takes its default export.
 *
 * @throws Unreadable when the program fails, ends or exports no mapping.
 * @throws SpecError when its `defineExperiment` found issues; they are given the name of the file.
 */
export async function readModule(file: string, shownFile: string): Promise<Source> {
  const reply = await runInThread(file)
  if (reply === null) throw new Unreadable([unplaced(ended)])
  if ('thrown' in reply) throw explainThrown(reply.thrown, file, shownFile)
  if (!isMapping(reply.value)) {
    throw new Unreadable([
      unplaced('expected `export default` of an experiment, as defineExperiment returns it'),
    ])
  }
  return {
    value: reply.value,
    problems: [],
    locate: () => ({ line: null, column: null, depth: 0 }),
  }
}

// biome-ignore lint/plugin/process-by-name: nothing is printed here; the program's output is turned away.
const { stderr } = process

async function runInThread(file: string): Promise<ModuleReply | null> {
  // The program's own output goes to stderr: stdout may be lines of JSON that someone reads.
  const worker = startThread({ workerData: file, env: SHARE_ENV, stdout: true })
  worker.stdout.pipe(stderr, { end: false })
  try {
    return await new Promise<ModuleReply | null>((resolve) => {
      worker.once('message', resolve)
      worker.once('error', ({ name, message, stack = '' }) => resolve({ thrown: { name, message, stack } }))
      worker.once('exit', () => resolve(null))
    })
  } finally {
    await worker.terminate()
  }
}

/** Starts the thread from a file of the bundles, or of the sources, which Node runs by tsx. */
function startThread(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./module-thread.js', import.meta.url), options)
  const tsx = import.meta.resolve('tsx/esm/api')
  const thread = new URL('./module-thread.ts', import.meta.url)
  return new Worker(
    `import('${tsx}').then(({ tsImport }) => tsImport('${thread}', { parentURL: '${thread}', tsconfig: false }))`,
    {
      ...options,
      eval: true,
    },
  )
}

const ended =
  'the program ended before its export could be read, by process.exit or by an await that never ends'

function explainThrown({ name, message, stack, issues }: Thrown, file: string, shownFile: string): Error {
  if (name === 'SpecError' && Array.isArray(issues))
    return new SpecError(
      (issues as SpecIssue[]).map((issue) => ({ ...issue, file: issue.file ?? shownFile })),
    )
  const mend = message.includes("'twintune'")
    ? `; install it beside the file: npm install ${shellQuote(packageFolder())}`
    : ''
  // The rest of a long message, as a stack of requires, is in the cause.
  const [, line, column, reason] = /:(\d+):(\d+): ERROR: (.*)/.exec(message) ?? []
  // The compiler counts columns from 0, and says all in its second line.
  if (reason !== undefined) {
    const place = { line: Number(line), column: Number(column) + 1 }
    const asModule = reason.startsWith('Top-level await') ? '; name the file .mts' : ''
    return new Unreadable([{ ...place, path: [], message: `the program failed: ${reason}${asModule}` }])
  }
  const [first = '', second = ''] = message.split('\n')
  const summary = first.endsWith(':') ? `${first} ${second}` : first
  const shown = `the program failed: ${name}: ${summary}${mend}`
  const cause = Object.assign(new Error(message), { name, stack })
  return new Unreadable([{ ...placeIn(file, stack), path: [], message: shown }], { cause })
}

/** Finds the place in the program that threw, or that called what threw; without one where the error doesn't tell. */
function placeIn(file: string, stack: string): Place {
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
