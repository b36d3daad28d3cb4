import path from 'node:path'
import { shellQuote } from './shell-quote.js'

/** Process that a command runs in: the script that Node was started with, and what was around it. */
export interface Call {
  /** Path of the script: the linked `twintune`, or `dist/main.js`. */
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that a path to type is taken from. */
  readonly folder: string
}

/** Words that call twintune again as it was called: `twintune`, `npx twintune` or `node dist/main.js`. */
export function calledAs({ script, env, folder }: Call): string {
  const installed = /^(.*?)\/node_modules\/(?:\.bin\/twintune|(?:.*\/)?twintune\/dist\/main\.js)$/.exec(
    script,
  )
  // npm tells whatever it starts which of its commands it is: `exec` for npx, `run-script` for a script of a package.
  if (installed && (env.npm_command !== undefined || contains(installed[1] ?? '', folder)))
    return 'npx twintune'
  const name = path.basename(script)
  const reached = path.relative(folder, script)
  const shortest = shellQuote(reached.startsWith('..') ? script : reached)
  if (name === 'main.js' && path.basename(path.dirname(script)) === 'dist') return `node ${shortest}`
  if (name !== 'twintune' || (env.PATH ?? '').split(path.delimiter).includes(path.dirname(script)))
    return 'twintune'
  return shortest.includes('/') ? shortest : `./${shortest}`
}

const commands = [
  ...['setup', 'init', 'fetch', 'doctor', 'backbones', 'validate', 'data', 'lr-find', 'verify', 'compare'],
  ...['train', 'resume', 'extend', 'merge', 'sweep', 'list', 'show', 'view', 'report', 'track', 'predict'],
  ...['export', 'eject', 'prune', 'cache', 'completion', 'help'],
]
const named = new RegExp(`(?<![\\w/.-]|npx )twintune (?=--|(?:${commands.join('|')})(?![\\w/-]|\\.\\w))`, 'g')

/**
 * Puts the words by which twintune was called before the commands that a text for the terminal names, so that they can
 * be pasted. All other texts, those of files, JSON lines and errors of the API, name plain `twintune`.
 */
export function asCalled(text: string, folder?: string): string {
  if (text.search(named) === -1) return text
  const call = calledAs({
    script: process.argv[1] ?? '',
    env: process.env,
    folder: folder ?? workingFolder(),
  })
  return text.replaceAll(named, `${call} `)
}

function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    // It was deleted.
    return '/'
  }
}

function contains(outer: string, folder: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`)
}
