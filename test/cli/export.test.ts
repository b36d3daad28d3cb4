import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { compareEvents } from '../log/events.js'
import { writeComparison } from '../serve/rig.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-export-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(path.join(folder, 'elsewhere'))
writeComparison(path.join(folder, 'elsewhere'), 'cats', compareEvents())

async function run(...args: string[]): Promise<string> {
  let printed = ''
  const print = (text: string): void => {
    printed += text
  }
  await runProgram(args, {
    ...{ stdout: print, stderr: print, env: {}, cwd: folder, signal: new AbortController().signal },
    streams: { stdout: { write: print }, stderr: { write: print } },
  })
  return printed
}

// No run has the seed 77: the comparison is found when the message is about that.
const commands = {
  export: ['--framework', 'pytorch', '--format', 'onnx', '--seed', '77'],
  predict: ['photo.jpg', '--seed', '77'],
}

it.each(Object.entries(commands))(
  '%s finds a comparison by its name, in a folder that --runs names',
  async (name, rest) => {
    for (const named of ['cats', 'ca', 'latest'])
      expect(await run(name, named, '--runs', 'elsewhere', ...rest)).toContain('with the seed 77')
    expect(await run(name, path.join(folder, 'elsewhere/cats'), ...rest)).toContain('with the seed 77')
    expect(await run(name, 'cats', ...rest)).toContain('There is no comparison cats in')
  },
)

it('predict takes the same folder as --out, as the commands do that write there', async () => {
  expect(await run('predict', 'cats', '--out', 'elsewhere', ...commands.predict)).toContain('the seed 77')
})
