import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import * as z from 'zod'
import { cancelled, TwintuneError } from '../failure.js'

/** Part of pip's installation report that decides what is left to do, and which build of a package would come. */
const reportSchema = z.object({
  install: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        version: z.string(),
        requires_dist: z.array(z.string()).default([]),
      }),
    }),
  ),
})

/** Package that pip would install. */
export type Candidate = z.output<typeof reportSchema>['install'][number]['metadata']

export interface PipOptions {
  readonly interpreter: string
  /** File that all output of pip is appended to. */
  readonly logFile: string
  readonly signal: AbortSignal
  /** Callback that gets what pip is doing, in a few words. */
  readonly onProgress: (text: string) => void
}

/** Pip of one virtual environment. */
export class Pip {
  readonly #options: PipOptions

  constructor(options: PipOptions) {
    this.#options = options
  }

  /**
   * Installs requirements, each of which pip leaves alone where it is there already.
   *
   * @returns The packages that were installed, as `name-version`.
   * @throws TwintuneError SETUP_FAILED, with the last lines of pip.
   */
  async install(requirements: readonly string[], what: string): Promise<readonly string[]> {
    return this.#install(['--progress-bar', 'raw', ...requirements], what)
  }

  /** Brings pip to a version that tells how far a download is, which `install` asks for. */
  async upgrade(): Promise<void> {
    await this.#install(['--progress-bar', 'off', 'pip>=24.1'], 'A newer pip')
  }

  async #install(args: readonly string[], what: string): Promise<readonly string[]> {
    const { exitCode, lines } = await this.#run(['install', ...args])
    if (exitCode !== 0) throw failureOf(lines, what, this.#options.logFile)
    const installed = lines.find((line) => line.startsWith('Successfully installed '))
    return installed?.split(' ').slice(2) ?? []
  }

  /**
   * Asks pip which packages it would install, and installs none. Resolves to null where pip doesn't find them all.
   *
   * @param requirements - Arguments of `pip install`.
   */
  async wouldInstall(requirements: readonly string[]): Promise<readonly Candidate[] | null> {
    const { exitCode, lines } = await this.#run([
      ...['install', '--dry-run', '--quiet', '--report', '-'],
      ...requirements,
    ])
    if (exitCode !== 0) return null
    const report = reportSchema.parse(JSON.parse(lines.join('\n')))
    return report.install.map(({ metadata }) => metadata)
  }

  async #run(args: readonly string[]): Promise<{ exitCode: number | undefined; lines: readonly string[] }> {
    const { interpreter, logFile, signal, onProgress } = this.#options
    const isQuestion = args.includes('--dry-run')
    const lines: string[] = []
    let download = ''
    appendFileSync(logFile, `$ ${interpreter} -m pip ${args.join(' ')}\n`)
    const child = execa(interpreter, ['-m', 'pip', ...args], {
      env: {
        PYTHONSAFEPATH: '1',
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_NO_INPUT: '1',
        PYTHONUNBUFFERED: '1',
      },
      reject: false,
      stdin: 'ignore',
      buffer: false,
      cancelSignal: signal,
    })
    const read = async (stream: NodeJS.ReadableStream, kept: boolean) => {
      for await (const line of createInterface({ input: stream })) {
        const progress = /^Progress (\d+) of (\d+)$/.exec(line.trim())
        if (progress) {
          onProgress(`${download}, ${Math.round((100 * Number(progress[1])) / Number(progress[2]))}%`)
          continue
        }
        if (kept) lines.push(line)
        if (isQuestion && kept) continue
        appendFileSync(logFile, `${line}\n`)
        const told = toldOf(line)
        if (told === null) continue
        download = told
        onProgress(told)
      }
    }
    await Promise.all([read(child.stdout, true), read(child.stderr, !isQuestion)])
    const { exitCode } = await child
    if (signal.aborted) throw new TwintuneError(cancelled)
    return { exitCode, lines }
  }
}

/** Message for people in a line of pip, in a few words; null for a line that tells them nothing. */
function toldOf(line: string): string | null {
  const text = line.trim()
  const fetched = /^(?:Downloading|Using cached) (\S+)( \([^)]*\))?/.exec(text)
  if (fetched)
    return `${text.startsWith('Using') ? 'taking' : 'downloading'} ${shortName(fetched[1] ?? '')}${fetched[2] ?? ''}`
  const collecting = /^Collecting (\S+)/.exec(text)
  if (collecting) return `looking for ${collecting[1]}`
  if (text.startsWith('Installing collected packages')) return 'unpacking'
  return null
}

/** Name and version of a file that pip downloads: `torch-2.13.0` of a wheel's long name or address. */
function shortName(file: string): string {
  const name = file.split('/').at(-1) ?? file
  return name
    .split('-')
    .slice(0, 2)
    .join('-')
    .replace(/\.(tar\.gz|zip|whl)(\.metadata)?$/, '')
}

const lastLines = 40

function failureOf(lines: readonly string[], what: string, logFile: string): TwintuneError {
  const errors = lines
    .filter((line) => line.startsWith('ERROR: '))
    .map((line) => line.slice('ERROR: '.length))
  const text = errors.join('\n')
  return new TwintuneError({
    code: 'SETUP_FAILED',
    message: `${what} could not be installed: ${errors[0] ?? lines.findLast((line) => line.trim() !== '') ?? 'pip said nothing'}`,
    hint: `${remedyFor(text)} Then run setup again, which goes on where this one ended. All output of pip: ${logFile}`,
    cause: { type: 'pip', message: errors.at(-1) ?? '', detail: lines.slice(-lastLines).join('\n') },
  })
}

function remedyFor(text: string): string {
  if (/No space left|Errno 28/.test(text))
    return 'Make room on the disk of the environment, and of pip’s temporary folder (TMPDIR).'
  if (/No matching distribution|Could not find a version|Connection|Temporary failure|timed out/i.test(text))
    return 'Check the network, and which index pip is set up for (pip config list).'
  return 'Mend what pip says.'
}
