import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { failureLineSchema, viewLineSchema } from '../../src/schemas.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-live-'))
afterAll(() => rmSync(folder, { recursive: true }))

// The data are missing, so that no Python is ever started.
const spec = path.join(folder, 'pets.json')
writeFileSync(
  spec,
  JSON.stringify({
    name: 'pets',
    dataset: { source: 'imagefolder', train: 'no-such-folder', imageSize: 33 },
    model: { backbone: 'resnet18' },
  }),
)

describe('a comparison with a live page', () => {
  it('prints its address for people, on this machine alone, and still ends as it would without', async () => {
    const { exitCode, stdout, stderr } = await run('compare', spec, '--serve', '--json')
    expect(stderr).toMatch(/^Live page: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/m)
    expect(failureLineSchema.parse(JSON.parse(stdout)).failure.code).toBe('DATASET_NOT_FOUND')
    expect(exitCode).toBe(3)
  })

  it.each(['compare', 'train'])('is asked for by a port too: %s', async (command) => {
    const framework = command === 'train' ? ['--framework', 'pytorch'] : []
    const { stderr } = await run(command, spec, ...framework, '--port', '0')
    expect(stderr).toContain('Live page: ')
  })

  it('has none where nobody asks for it', async () => {
    expect((await run('compare', spec)).stderr).not.toContain('Live page')
  })

  it('does not begin where another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const out = path.join(folder, 'never')
    const { exitCode, stdout } = await run('compare', spec, '--port', String(port), '--out', out, '--json')
    other.close()
    expect(exitCode).toBe(2)
    expect(failureLineSchema.parse(JSON.parse(stdout)).failure).toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining('--port'),
    })
    expect(existsSync(out)).toBe(false)
  })

  it('warns of other machines where these reach the page', async () => {
    const { stderr } = await run('compare', spec, '--serve', '--host', '0.0.0.0')
    expect(stderr).toContain('Other machines can reach this page')
  })

  it.each(['x', '-1', '65536', ''])('refuses a port that is none: %j', async (port) => {
    const { exitCode, stderr } = await run('compare', spec, `--port=${port}`)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('from 0 to 65535')])
  })
})

describe('view', () => {
  it('gives the address as a line of JSON, and ends well when it is cancelled', async () => {
    const runs = path.join(folder, 'runs')
    mkdirSync(runs)
    const cancelling = new AbortController()
    const printed = runWith(cancelling, ['view', runs, '--json'], ({ stdout }) => {
      if (stdout !== '') cancelling.abort()
    })
    const { exitCode, stdout, stderr } = await printed
    expect(exitCode).toBe(0)
    const { url } = viewLineSchema.parse(JSON.parse(stdout))
    expect(stderr).toContain(url)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('ends with 2 where there is no such folder', async () => {
    const { exitCode, stderr } = await run('view', path.join(folder, 'nowhere'))
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('There is no folder')])
  })
})

function run(...args: readonly string[]) {
  return runWith(new AbortController(), args)
}

/** Runs a command; `look` sees what it has printed whenever it prints. */
async function runWith(
  cancelling: AbortController,
  args: readonly string[],
  look: (printed: { stdout: string; stderr: string }) => void = () => {},
) {
  const printed = { stdout: '', stderr: '' }
  const printTo = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text
      look(printed)
    },
  })
  const streams = { stdout: printTo('stdout'), stderr: printTo('stderr') }
  const exitCode = await runProgram(args, {
    stdout: (line) => streams.stdout.write(`${line}\n`),
    stderr: (line) => streams.stderr.write(`${line}\n`),
    streams,
    env: {},
    cwd: folder,
    signal: cancelling.signal,
  })
  return { exitCode, ...printed }
}
