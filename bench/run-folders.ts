// Measures how the list of comparisons and its page grow with the folders that they are read from:
//   npx tsx bench/run-folders.ts runs/NAME --count 10000
// Makes copies of a finished comparison below a temporary folder, each with a time of its own, and deletes them afterwards.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { serveFolder } from '../src/serve/serve-folder.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '10000' } },
})
const [source] = positionals
if (source === undefined) throw new Error('Name the folder of a finished comparison.')
const count = Number(values.count)

const temporary = mkdtempSync(path.join(tmpdir(), 'twintune-run-folders-'))
const runs = path.join(temporary, 'runs')
process.env.TWINTUNE_CACHE_DIR = path.join(temporary, 'cache')

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function makeFolders(comparison: string): void {
  const [first = '{}'] = readFileSync(path.join(comparison, 'events.jsonl'), 'utf8').split('\n')
  const started = JSON.parse(first)
  const content = ofSixSeeds(readFileSync(path.join(comparison, 'comparison.json'), 'utf8'))
  say(`${count} folders, each with a comparison.json of ${content.length} bytes`)
  const begin = Date.parse('2026-01-01T00:00:00.000Z')
  for (let index = 0; index < count; index += 1) {
    const folder = path.join(runs, `pets-${String(index).padStart(6, '0')}`)
    mkdirSync(folder, { recursive: true })
    const time = new Date(begin + 60_000 * index).toISOString()
    writeFileSync(path.join(folder, 'events.jsonl'), `${JSON.stringify({ ...started, time })}\n`)
    cpSync(path.join(comparison, 'spec.yaml'), path.join(folder, 'spec.yaml'))
    writeFileSync(path.join(folder, 'comparison.json'), content)
  }
}

/** Gives a comparison the runs of six seeds, as the sample has them, whatever seeds it has. */
function ofSixSeeds(text: string): string {
  const comparison = JSON.parse(text)
  const pair = comparison.runs.slice(0, 2)
  const runs = [0, 1, 2, 3, 4, 5].flatMap((seed) => pair.map((run: object) => ({ ...run, seed })))
  return `${JSON.stringify({ ...comparison, runs }, null, 2)}\n`
}

/** Runs the command as a user would, and gives its seconds: of the clock, and of its processors. */
function measure(label: string, ...args: readonly string[]): void {
  const start = performance.now()
  const timed = ['-f', '%U %S', process.execPath, 'dist/main.js', ...args, '--out', runs]
  const { stdout, stderr, status } = spawnSync('/usr/bin/time', timed, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  const wall = (performance.now() - start) / 1000
  const cpu = stderr.trim().split('\n').at(-1)
  say(`${label}: ${wall.toFixed(2)} s, CPU ${cpu}, ${stdout.split('\n').length} lines, exit ${status}`)
}

try {
  makeFolders(source)
  measure('list, first time', 'list')
  measure('list', 'list')
  measure('list --json', 'list', '--json')
  measure('list --all', 'list', '--all')
  measure('show latest', 'show', 'latest')
  measure('report latest', 'report', 'latest')
  measure('report of three', 'report', 'pets-000001', 'pets-000002', 'pets-000003')
  const server = await serveFolder(runs, { port: 0, host: '127.0.0.1' })
  const { headers } = await fetch(server.url, { redirect: 'manual' })
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
  for (const label of ['index page, first time', 'index page']) {
    const start = performance.now()
    const page = await fetch(new URL('/', server.url), { headers: { cookie } })
    const text = await page.text()
    say(
      `${label}: ${((performance.now() - start) / 1000).toFixed(2)} s, ${text.length} bytes, status ${page.status}`,
    )
  }
  await server.close(100)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
