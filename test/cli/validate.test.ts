import { expect, it } from 'vitest'
import type { CommandContext } from '../../src/cli/context.js'
import { validateCommand } from '../../src/cli/validate.js'
import { validateIssueSchema, validSpecLineSchema } from '../../src/lines/validate.js'
import { folderWith, smallestYaml } from '../spec/rig.js'

const bad = `${smallestYaml}seed: [1]\ntraining: { batchSize: 0 }\n`

it('a valid specification is code 0 and prints nothing on stdout', async () => {
  const { context, stdout, stderr } = await contextWith(smallestYaml)
  expect(await validateCommand('a.yaml', { data: false }, context)).toBe(0)
  expect(stdout).toEqual([])
  expect(stderr).toEqual(['a.yaml is a valid specification: 6 runs.'])
})

it('a valid specification is a line of --json, with its runs, trials and warnings', async () => {
  const sweep = `{ strategy: grid, parameters: { training.batchSize: { choice: [8, 32, 8] } } }`
  const { context, stdout } = await contextWith(`${smallestYaml}seeds: [0, 1]\nsweep: ${sweep}\n`)
  expect(await validateCommand('a.yaml', { data: false, json: true }, context)).toBe(0)
  expect(stdout.map((line) => validSpecLineSchema.parse(JSON.parse(line)))).toEqual([
    {
      type: 'valid',
      experiment: 'small',
      runs: 4,
      trials: 4,
      warnings: [
        'The grid has training.batchSize = 8 twice, so that its trials are repeated.',
        'The grid contains the specification as it stands, which is trial 0 already: it is tried twice.',
      ],
    },
  ])
})

it('a folder of data that is not there is thrown on', async () => {
  const { context } = await contextWith(smallestYaml)
  await expect(validateCommand('a.yaml', {}, context)).rejects.toMatchObject({
    failure: { code: 'DATASET_NOT_FOUND' },
  })
})

it('issues are code 2, a line each', async () => {
  const { context, stdout, stderr } = await contextWith(bad)
  expect(await validateCommand('a.yaml', {}, context)).toBe(2)
  expect(stdout).toEqual([
    "a.yaml:7:1 seed: unknown key 'seed'; did you mean 'seeds'?",
    'a.yaml:8:24 training.batchSize: must be at least 1, got 0',
  ])
  expect(stderr).toEqual(['a.yaml: 2 issues'])
})

it('--json prints each issue as an object, options included', async () => {
  const { context, stdout } = await contextWith(bad)
  expect(await validateCommand('a.yaml', { json: true, set: ['mode=fair'], quiet: true }, context)).toBe(2)
  const issues = stdout.map((line) => validateIssueSchema.parse(JSON.parse(line)))
  expect(issues[0]).toEqual({
    type: 'issue',
    file: 'a.yaml',
    line: 7,
    column: 1,
    path: 'seed',
    message: "unknown key 'seed'; did you mean 'seeds'?",
    suggestion: 'seeds',
  })
  expect(issues.at(-1)).toMatchObject({ file: '--set', line: null, path: 'mode' })
})

it('a file that is not there is thrown on', async () => {
  const { context } = await contextWith(smallestYaml)
  await expect(validateCommand('b.yaml', {}, context)).rejects.toMatchObject({
    failure: { code: 'SPEC_NOT_FOUND' },
  })
})

async function contextWith(text: string) {
  const stdout: string[] = []
  const stderr: string[] = []
  const context: CommandContext = {
    stdout: (line) => void stdout.push(line),
    stderr: (line) => void stderr.push(line),
    streams: { stdout: { write: () => true }, stderr: { write: () => true } },
    env: {},
    cwd: await folderWith({ 'a.yaml': text }),
    signal: new AbortController().signal,
  }
  return { context, stdout, stderr }
}
