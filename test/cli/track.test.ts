import path from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { compareEvents } from '../log/events.js'
import { temporaryFolder, writeComparison } from '../serve/rig.js'

const runs = temporaryFolder()
const folder = writeComparison(runs, 'pets', compareEvents())
afterEach(() => vi.unstubAllEnvs())

async function run(...args: string[]) {
  const printed = { stdout: '', stderr: '' }
  const printTo = (name: keyof typeof printed) => (text: string) => {
    printed[name] += text
    return true
  }
  const [stdout, stderr] = [printTo('stdout'), printTo('stderr')]
  const exitCode = await runProgram(args, {
    stdout: (line) => stdout(`${line}\n`),
    stderr: (line) => stderr(`${line}\n`),
    streams: { stdout: { write: stdout }, stderr: { write: stderr } },
    env: {},
    cwd: runs,
    signal: new AbortController().signal,
  })
  return { exitCode, ...printed }
}

it('says where each tracker keeps the comparison', async () => {
  const file = path.join(folder, 'metrics.csv')
  expect(await run('track', 'pets', '--to', 'csv', '--out', runs)).toEqual({
    exitCode: 0,
    stdout: `CSV: ${file}\n`,
    stderr: '',
  })
  const { stdout } = await run('track', 'pets', '--to', 'csv', '--out', runs, '--json')
  expect(JSON.parse(stdout)).toEqual({ type: 'tracked', tracker: 'csv', place: file })
})

it('ends with a failure where a tracker fails, and sends the others theirs all the same', async () => {
  vi.stubEnv('TWINTUNE_PYTHON_TRACKING', '/nowhere/python')
  const { exitCode, stdout, stderr } = await run(
    'track',
    'pets',
    '--to',
    'mlflow=http://h:1,csv',
    '--out',
    runs,
  )
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^CSV: .+\n$/)])
  expect(stderr).toContain('TRACKER_FAILED')
})

it('names the trackers that there are where one is misspelt', async () => {
  const { exitCode, stderr } = await run('track', 'pets', '--to', 'csv,tensorbored')
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('There is no tracker tensorbored')])
})
