import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reportCommand } from '../../src/cli/report.js'
import { compareEvents } from '../log/events.js'
import { writeComparison } from '../serve/rig.js'

let runs: string

beforeEach(() => {
  runs = mkdtempSync(path.join(tmpdir(), 'twintune-reports-'))
})
afterEach(() => rmSync(runs, { recursive: true }))

/** Writes the reports of some comparisons of the folder. */
async function report(...names: string[]) {
  const printed: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] }
  const nowhere = { write: () => true }
  const exitCode = await reportCommand(
    names,
    { out: runs },
    {
      stdout: (line) => printed.stdout.push(line),
      stderr: (line) => printed.stderr.push(line),
      streams: { stdout: nowhere, stderr: nowhere },
      env: {},
      cwd: runs,
      signal: new AbortController().signal,
    },
  )
  return { exitCode, ...printed }
}

it('writes a report for each comparison, and one that has several side by side', async () => {
  for (const name of ['cats', 'dogs']) writeComparison(runs, name, compareEvents())
  expect((await report('cats')).stdout).toEqual([path.join(runs, 'cats/report.html')])
  const { exitCode, stdout } = await report('cats', 'dogs')
  expect(exitCode).toBe(0)
  expect(stdout).toEqual(
    ['cats/report.html', 'dogs/report.html', 'side-by-side.html'].map((file) => path.join(runs, file)),
  )
})

it('warns of more comparisons than charts can tell apart, each of which has its own report', async () => {
  const names = Array.from({ length: 7 }, (_, index) => `pets-${index}`)
  for (const name of names) writeComparison(runs, name, compareEvents())
  const { exitCode, stdout, stderr } = await report(...names)
  expect([exitCode, stdout.length, stderr]).toEqual([0, 7, [expect.stringContaining('name fewer')]])
  expect(readdirSync(runs)).not.toContain('side-by-side.html')
})
