import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { failureSchema } from '../../src/failure.js'
import { firstOf } from '../log/events.js'
import { comparison } from '../report/comparison.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const spec = path.join(folder, 'experiment.yaml')
writeFileSync(
  spec,
  'name: cli\ndataset: { source: parquet, train: missing.parquet }\nmodel: { backbone: resnet18 }\n',
)

describe('a wrong command line', () => {
  it.each([
    ['an unknown command, with the right one suggested', ['compar', spec], 'Did you mean compare?'],
    ['an unknown option, with the right one suggested', ['list', '--jsn'], 'Did you mean --json?'],
    ['a missing argument', ['compare'], "missing required argument 'spec'"],
    ['a missing framework', ['train', spec], '--framework'],
    ['an unknown framework', ['train', spec, '--framework', 'jax'], 'tensorflow, pytorch'],
    ['no runs at a time', ['compare', spec, '--parallel', '0'], 'a whole number from 1'],
    ['no command', [], 'Usage: twintune'],
  ])('ends with 2: %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
  })

  it('is one line of JSON on stdout under --json', async () => {
    const { exitCode, stdout } = await run('compar', spec, '--json')
    expect(exitCode).toBe(2)
    expect(failureOf(stdout)).toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('compar'),
    })
  })
})

describe('an experiment that cannot run', () => {
  it('ends with 2 when the specification is wrong', async () => {
    const { exitCode, stderr } = await run('compare', spec, '--set', 'training.batchSize=0')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('training.batchSize')
  })

  it('ends with 2 when there is no specification', async () => {
    const { exitCode, stdout } = await run('train', `${spec}x`, '--framework', 'pytorch', '--json')
    expect(exitCode).toBe(2)
    expect(failureOf(stdout).code).toBe('SPEC_NOT_FOUND')
  })

  it('ends with 3 when its data are missing, and tells people and programs', async () => {
    const { exitCode, stdout, stderr } = await run(
      'compare',
      spec,
      '--json',
      '--out',
      path.join(folder, 'runs'),
    )
    expect(exitCode).toBe(3)
    expect(failureOf(stdout).code).toBe('DATASET_NOT_FOUND')
    expect(stderr).toContain('missing.parquet')
  })
})

describe('help', () => {
  it.each([['--help'], ['compare', '--help'], ['--version']])(
    'is asked for by %s and ends with 0',
    async (...args) => {
      const { exitCode, stdout, stderr } = await run(...args)
      expect(exitCode).toBe(0)
      expect(stdout).not.toBe('')
      expect(stderr).toBe('')
    },
  )

  it('shows an example of every command', async () => {
    for (const command of ['compare', 'train', 'validate', 'doctor', 'backbones', 'list', 'show']) {
      expect((await run(command, '--help')).stdout).toContain(`$ twintune ${command}`)
    }
  })
})

describe('backbones', () => {
  it('lists every backbone', async () => {
    const { exitCode, stdout } = await run('backbones')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/resnet50 +224 +2048 .*idiomatic/)
  })

  it('lists the stages, as `lastStages` counts them', async () => {
    expect((await run('backbones', '--stages')).stdout).toContain('stem, layer1, layer2, layer3, layer4')
  })

  it('has a line of JSON for each', async () => {
    const names = (await run('backbones', '--json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).name)
    expect(names).toContain('efficientnet_lite0')
  })
})

describe('list and show', () => {
  const out = path.join(folder, 'runs-to-list')
  const name = 'fashion-frozen-20261124-101500-k3f9'
  mkdirSync(path.join(out, name), { recursive: true })
  writeFileSync(path.join(out, name, 'events.jsonl'), `${JSON.stringify(firstOf('comparison-started'))}\n`)
  writeFileSync(path.join(out, name, 'comparison.json'), JSON.stringify(comparison()))

  it('give the state and the mean accuracies of each run', async () => {
    const { exitCode, stdout } = await run('list', '--out', out, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'run',
      name,
      status: 'finished',
      runs: 4,
      finished: 4,
      accuracy: { tensorflow: expect.closeTo(0.859), pytorch: expect.closeTo(0.856) },
    })
  })

  it('print a table, and one run in full', async () => {
    expect((await run('list', '--out', out)).stdout).toMatch(/k3f9 .*finished +4\/4/)
    expect((await run('show', 'k3f9', '--out', out)).stdout).toContain('Fairness contract')
  })

  it('give all of one run as a line of JSON', async () => {
    const { stdout } = await run('show', 'latest', '--out', out, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'run',
      name,
      status: 'finished',
      comparison: comparison(),
    })
  })

  it('say that there is nothing yet', async () => {
    const none = path.join(folder, 'none')
    expect(await run('list', '--out', none)).toMatchObject({ exitCode: 0, stdout: 'No runs yet.\n' })
    expect(await run('list', '--out', none, '--json')).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await run('show', 'latest', '--out', none)).toMatchObject({ exitCode: 2 })
  })
})

async function run(
  ...args: readonly string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' }
  const streams = {
    stdout: {
      write: (text: string) => {
        printed.stdout += text
      },
    },
    stderr: {
      write: (text: string) => {
        printed.stderr += text
      },
    },
  }
  const exitCode = await runProgram(args, {
    stdout: (line) => streams.stdout.write(`${line}\n`),
    stderr: (line) => streams.stderr.write(`${line}\n`),
    streams,
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  })
  return { exitCode, ...printed }
}

/** The failure in the only line that was printed. */
function failureOf(stdout: string) {
  const { type, failure } = JSON.parse(stdout)
  expect(type).toBe('failure')
  return failureSchema.parse(failure)
}
