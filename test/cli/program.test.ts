import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import {
  backboneLineSchema,
  comparisonListedLineSchema,
  comparisonShownLineSchema,
  doctorLineSchema,
  failureLineSchema,
} from '../../src/schemas.js'
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
    ['a backbone to fetch that there is not, with the nearest', ['fetch', 'resnet51'], 'resnet50, resnet18'],
    ['an unknown option, with the right one suggested', ['list', '--jsn'], 'Did you mean --json?'],
    [
      'an option of the specification',
      ['compare', spec, '--epochs', '3'],
      '--set training.phases[0].epochs=VALUE',
    ],
    ['a missing argument', ['compare'], "missing required argument 'spec'"],
    ['a missing framework', ['train', spec], '--framework'],
    ['an unknown framework', ['train', spec, '--framework', 'jax'], 'tensorflow, pytorch'],
    ['a rate of nothing', ['lr-find', spec, '--start', '0'], 'a number above 0'],
    ['a sweep of too few steps', ['lr-find', spec, '--steps', '9'], 'a whole number from 10'],
    [
      'a sweep that goes down',
      ['lr-find', spec, '--start', '1', '--end', '0.1'],
      '--end must be above --start',
    ],
    ['no runs at a time', ['compare', spec, '--parallel', '0'], 'a whole number from 1'],
    ['no processor for a run on Ray', ['compare', spec, '--cpus', '0'], 'The amount must be above 0'],
    ['no memory for a run on Ray', ['compare', spec, '--memory', '0'], 'The amount must be above 0'],
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

  it('ends with 3 when there are no data to describe', async () => {
    const { exitCode, stdout, stderr } = await run('data', spec, '--json')
    expect(exitCode).toBe(3)
    expect(failureOf(stdout).code).toBe('DATASET_NOT_FOUND')
    expect(stderr).toContain('dataset.train')
  })

  it('ends with 2 when a contact sheet is wanted of what each framework sees by itself', async () => {
    const idiomatic = ['--set', 'mode=idiomatic', '--set', 'model.backbone=resnet50']
    const { exitCode, stderr } = await run('data', spec, '--sheet', 'sheet.png', ...idiomatic)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('in idiomatic mode each sees its own')
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

describe('a learning-rate sweep that cannot run', () => {
  it('ends with 3 when its data are missing', async () => {
    const out = path.join(folder, 'sweeps')
    const { exitCode, stdout } = await run('lr-find', spec, '--json', '--out', out)
    expect(exitCode).toBe(3)
    expect(failureOf(stdout).code).toBe('DATASET_NOT_FOUND')
  })

  it('ends before its work when the plot cannot be written', async () => {
    const out = path.join(spec, 'below-a-file')
    const { exitCode, stdout } = await run('lr-find', spec, '--json', '--out', out)
    expect(exitCode).toBe(3)
    expect(failureOf(stdout)).toMatchObject({
      code: 'FOLDER_UNWRITABLE',
      message: expect.stringContaining(out),
    })
  })
})

describe('a verification that cannot run', () => {
  it('ends before its work when the report cannot be written', async () => {
    const out = path.join(spec, 'below-a-file')
    const { exitCode, stdout } = await run('verify', spec, '--json', '--out', out)
    expect(exitCode).toBe(3)
    expect(failureOf(stdout)).toMatchObject({
      code: 'FOLDER_UNWRITABLE',
      message: expect.stringContaining(out),
    })
  })

  it('looks at its data first where no report is wanted', async () => {
    const out = path.join(spec, 'below-a-file')
    const { stdout } = await run('verify', spec, '--json', '--out', out, '--no-report')
    expect(failureOf(stdout).code).toBe('DATASET_NOT_FOUND')
  })
})

describe('report', () => {
  it('writes none for a comparison that is not there, and ends with 2', async () => {
    const { exitCode, stdout, stderr } = await run('report', 'nowhere', '--out', path.join(folder, 'none'))
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('There is no comparison nowhere')
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

  it.each([60, 80])('fits %i columns, but for a command, which can be copied', async (columns) => {
    for (const command of [[], ['compare'], ['verify'], ['resume'], ['lr-find'], ['data']]) {
      const { stdout } = await runOnTerminal(columns, ...command, '--help')
      const lines = stdout.split('\n').filter((line) => !line.startsWith('  $ '))
      expect(lines.filter((line) => line.length > columns)).toEqual([])
    }
  })

  it('shows an example of every command', async () => {
    for (const command of [
      'compare',
      'train',
      'lr-find',
      'validate',
      'doctor',
      'backbones',
      'list',
      'show',
    ]) {
      expect((await run(command, '--help')).stdout).toContain(`$ twintune ${command}`)
    }
  })
})

describe('backbones', () => {
  it('lists every backbone with its modes', async () => {
    const { exitCode, stdout } = await run('backbones')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/resnet18 +224 +512 +hub timm\/resnet18\.tv_in1k +aligned$/m)
    expect(stdout).toMatch(/resnet50 +224 +2048 .*aligned, idiomatic$/m)
    expect(stdout).toMatch(/convnext_tiny +224 +each library's own +idiomatic$/m)
  })

  it.each([['backbones'], ['backbones', '--stages'], ['backbones', '--differences']])(
    'fits 60 columns: %s',
    async (...args) => {
      const { stdout } = await runOnTerminal(60, ...args)
      const lines = stripVTControlCharacters(stdout).split('\n')
      expect(lines.filter((line) => line.length > 60)).toEqual([])
    },
  )

  it("lists the stages, as `lastStages` counts them, by both libraries' names", async () => {
    const { stdout } = await run('backbones', '--stages')
    expect(stdout).toMatch(/resnet50 +stem +act1 +conv1_relu\n +layer1 +layer1 +stack0_block2_out$/m)
    expect(stdout).toMatch(/mobilenetv3_small_100 +stem +bn1 +the activation after input_batch_norm$/m)
    expect(stdout).not.toContain('convnext_tiny')
  })

  it("lists what differs between the two libraries' own models, and only that", async () => {
    const { stdout } = await run('backbones', '--differences')
    expect(stdout).toMatch(/resnet50 .*ResNet50 +resnet50$/m)
    expect(stdout).toMatch(/architecture +v1: .* +v1\.5: .*/)
    expect(stdout).toMatch(/image size +260 +288$/m)
    expect(stdout).not.toMatch(/image size +224 +224$/m)
    expect(stdout).not.toContain('resnet18')
  })

  it('has a line of JSON for each', async () => {
    const lines = linesOf((await run('backbones', '--json')).stdout).map((line) =>
      backboneLineSchema.parse(line),
    )
    expect(lines.find(({ name }) => name === 'resnet50')).toMatchObject({
      type: 'backbone',
      modes: ['aligned', 'idiomatic'],
      defaultImageSize: 224,
      features: 2048,
      weights: 'hub timm/resnet50.tv_in1k',
      idiomatic: { kerasApplications: { model: 'ResNet50' }, torchvision: { model: 'resnet50' } },
    })
    expect(lines.find(({ name }) => name === 'vgg11')).toMatchObject({
      modes: ['aligned'],
      stages: [
        { name: 'features.0', timm: 'features.2', kerasHub: 'block1_pool' },
        { name: 'features.3', timm: 'features.5', kerasHub: 'block2_pool' },
        { name: 'features.6', timm: 'features.10', kerasHub: 'block3_pool' },
        { name: 'features.11', timm: 'features.15', kerasHub: 'block4_pool' },
        { name: 'features.16', timm: 'features.20', kerasHub: 'block5_pool' },
      ],
      idiomatic: null,
    })
    expect(lines.find(({ name }) => name === 'inception_v3')).toMatchObject({
      modes: ['idiomatic'],
      defaultImageSize: 299,
      features: null,
      weights: null,
      stages: [],
    })
  })
})

describe('list and show', () => {
  const out = path.join(folder, 'runs-to-list')
  const name = 'fashion-frozen-20261124-101500-k3f9'
  mkdirSync(path.join(out, name), { recursive: true })
  writeFileSync(path.join(out, name, 'events.jsonl'), `${JSON.stringify(firstOf('comparison-started'))}\n`)
  writeFileSync(path.join(out, name, 'comparison.json'), JSON.stringify(comparison()))

  it('give the state and the mean accuracies of each run', async () => {
    const { exitCode, stdout } = await run('list', '--out', path.relative(process.cwd(), out), '--json')
    expect(exitCode).toBe(0)
    expect(comparisonListedLineSchema.parse(JSON.parse(stdout))).toMatchObject({
      type: 'comparison-listed',
      comparisonDirectory: path.join(out, name),
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

  it.each([
    [['--status', 'finished'], true],
    [['--status', 'failed'], false],
    [['--name', 'frozen'], true],
    [['--name', 'pets'], false],
    [['--mode', 'aligned', '--status', 'finished'], true],
    [['--mode', 'idiomatic'], false],
  ])('%j leaves out what it does not name', async (filters, isListed) => {
    expect((await run('list', '--out', out, '--json', ...filters)).stdout !== '').toBe(isListed)
  })

  it('give all of one run as a line of JSON', async () => {
    const { stdout } = await run('show', 'latest', '--out', path.relative(process.cwd(), out), '--json')
    expect(comparisonShownLineSchema.parse(JSON.parse(stdout))).toMatchObject({
      type: 'comparison-shown',
      comparisonDirectory: path.join(out, name),
      name,
      status: 'finished',
      comparison: comparison(),
    })
  })

  it('end with 2 when a result can not be read, and show what is left', async () => {
    const damaged = path.join(folder, 'damaged')
    cpSync(path.join(out, name), path.join(damaged, name), { recursive: true })
    writeFileSync(path.join(damaged, name, 'comparison.json'), '{"experiment"')
    const { exitCode, stdout } = await run('show', 'latest', '--out', damaged)
    expect([exitCode, stdout]).toEqual([2, expect.stringMatching(/unreadable\n[\s\S]*delete it and run/)])
    expect(await run('report', 'latest', '--out', damaged)).toMatchObject({ exitCode: 2 })
  })

  it('end with 2 when the folder of runs is a file', async () => {
    const { exitCode, stdout } = await run('list', '--out', spec, '--json')
    expect(exitCode).toBe(2)
    expect(failureOf(stdout)).toMatchObject({
      code: 'COMPARISON_NOT_FOUND',
      message: expect.stringContaining(spec),
    })
  })

  it('say that there is nothing yet', async () => {
    const none = path.join(folder, 'none')
    expect(await run('list', '--out', none)).toMatchObject({
      ...{ exitCode: 0, stdout: 'No comparisons yet.\n', stderr: `There is no folder ${none}.\n` },
    })
    expect(await run('list', '--out', none, '--json')).toMatchObject({ exitCode: 0, stdout: '' })
    expect(await run('show', 'latest', '--out', none)).toMatchObject({ exitCode: 2 })
  })
})

describe('doctor', () => {
  it('has a line of JSON for each framework, usable or not', async () => {
    vi.stubEnv('TWINTUNE_PYTHON_TENSORFLOW', path.join(folder, 'no-python'))
    vi.stubEnv('TWINTUNE_PYTHON_PYTORCH', path.join(folder, 'no-python'))
    const { exitCode, stdout } = await run('doctor', '--json')
    vi.unstubAllEnvs()
    expect(exitCode).toBe(5)
    const lines = linesOf(stdout).map((line) => doctorLineSchema.parse(line))
    expect(lines).toMatchObject([
      { type: 'doctor', framework: 'tensorflow', usable: false, failure: { code: 'INTERPRETER_MISSING' } },
      { type: 'doctor', framework: 'pytorch', usable: false, failure: { code: 'INTERPRETER_MISSING' } },
    ])
  })
})

function run(...args: readonly string[]) {
  return runOnTerminal(undefined, ...args)
}

/** Runs a command on a terminal of some width, or into a file without one. */
async function runOnTerminal(
  columns: number | undefined,
  ...args: readonly string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' }
  const streams = {
    stdout: {
      ...(columns !== undefined && { columns, isTTY: true }),
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
  return failureLineSchema.parse(JSON.parse(stdout)).failure
}

function linesOf(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
