import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TwintuneError } from '../../src/failure.js'
import { loadExperiment } from '../../src/spec/load.js'
import { folderWith, issuesOf, issuesOfFile, smallest, smallestYaml } from './rig.js'

describe('a YAML file', () => {
  it('has its paths taken from its own folder', async () => {
    const cwd = await folderWith({ 'a.yaml': `${smallestYaml}  weights: { file: w.safetensors }\n` })
    await mkdir(join(cwd, 'elsewhere'))
    const { dataset, model } = await loadExperiment('../a.yaml', { cwd: join(cwd, 'elsewhere') })
    expect(dataset.train).toBe(join(cwd, 'train.parquet'))
    expect(model.weights).toEqual({ file: join(cwd, 'w.safetensors') })
  })

  it('reads 1e-7 as a number', async () => {
    const cwd = await folderWith({
      'a.yml': `${smallestYaml}training: { phases: [{ optimizer: { name: adam, learningRate: 1e-7 } }] }\n`,
    })
    const { training } = await loadExperiment('a.yml', { cwd })
    expect(training.phases[0]?.optimizer.learningRate).toBe(1e-7)
  })

  it('has every issue at the place of its key or value, in the order of the text', async () => {
    const text = `# a comment
nam: small
dataset:
  source: parquet
  imageSize: 8
  test:
model:
  backbone: resnet50
  head: { hiden: [1], dropout: many }
training:
  phases:
    - epochs: 3
      trainable: { lastStages: 9 }
    - { epochs: no }
seeds: [0,
  0]
`
    expect(await issuesOfFile('a.yaml', text)).toEqual([
      "a.yaml:2:1 nam: unknown key 'nam'; did you mean 'name'?",
      'a.yaml:4:3 dataset.train: missing; expected a text',
      'a.yaml:5:14 dataset.imageSize: must be at least 32, got 8',
      'a.yaml:6:3 dataset.test: expected a text, got nothing',
      "a.yaml:9:11 model.head.hiden: unknown key 'hiden'; did you mean 'hidden'?",
      "a.yaml:9:32 model.head.dropout: expected a number, got the text 'many'",
      'a.yaml:13:32 training.phases[0].trainable.lastStages: resnet50 has 5 stages',
      "a.yaml:14:17 training.phases[1].epochs: expected a number, got the text 'no'",
      'a.yaml:16:3 seeds[1]: 0 is listed already',
    ])
  })

  it('may use anchors and aliases; a bad value is placed where it is written', async () => {
    const text = `${smallestYaml}training:
  phases:
    - optimizer: &slow { name: adam, learningRate: slow }
    - optimizer: *slow
`
    expect(await issuesOfFile('a.yaml', text)).toEqual([
      "a.yaml:9:52 training.phases[0].optimizer.learningRate: expected a number, got the text 'slow'",
      "a.yaml:9:52 training.phases[1].optimizer.learningRate: expected a number, got the text 'slow'",
    ])
  })

  it('may take the keys of an anchor over by a merge key', async () => {
    const text = `${smallestYaml}training:
  phases:
    - &first { epochs: 1, optimizer: { name: adam } }
    - { <<: *first, epochs: 0 }
    - { <<: *first, epochs: 3 }
`
    expect(await issuesOfFile('a.yaml', text)).toEqual([
      'a.yaml:10:29 training.phases[1].epochs: must be at least 1, got 0',
    ])
  })

  it.each([
    ['is empty', '', "a.yaml:1:1: expected a mapping of the specification's keys, but there is nothing"],
    [
      'holds comments alone',
      '# nothing\n',
      "a.yaml:1:1: expected a mapping of the specification's keys, but there is nothing",
    ],
    [
      'is a list',
      '\n- name: x\n',
      "a.yaml:2:1: expected a mapping of the specification's keys, but found a list",
    ],
    ['is a text', 'hello', "a.yaml:1:1: expected a mapping of the specification's keys, but found a string"],
    [
      'has an error of syntax',
      'name: x\nseeds: [1, 2',
      'a.yaml:2:13: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'is indented by a tab',
      'dataset:\n\tsource: parquet',
      'a.yaml:2:1: tabs are not allowed as indentation',
    ],
    [
      'uses an anchor that is not there',
      `name: x\nmode: *m\n`,
      "a.yaml:2:7: no anchor 'm' stands before this alias",
    ],
    ['multiplies aliases', bomb(), expect.stringContaining('excessive alias count')],
  ])('that %s is told so', async (_, text, issue) => {
    expect(await issuesOfFile('a.yaml', text)).toEqual([issue])
  })

  it('with a key given twice, a second document or an unknown tag has its other issues told too', async () => {
    const text = `${smallestYaml}training:
  batchSize: 1
  precision: !half float
  batchSize: 0
---
name: other
`
    expect(await issuesOfFile('a.yaml', text)).toEqual([
      'a.yaml:9:14: unresolved tag: !half',
      "a.yaml:9:20 training.precision: expected float64, float32, bfloat16 or float16, got the text 'float'; did you mean 'float32'?",
      "a.yaml:10:3 training.batchSize: duplicate key 'batchSize'",
      'a.yaml:10:14 training.batchSize: must be at least 1, got 0',
      'a.yaml:11:1: a second document; a specification is one',
    ])
  })

  it('is refused as UTF-16', async () => {
    const cwd = await folderWith({})
    await writeFile(join(cwd, 'a.yaml'), `\ufeff${smallestYaml}`, 'utf16le')
    await expect(loadExperiment('a.yaml', { cwd })).rejects.toThrow('it is UTF-16; save it as UTF-8')
  })

  it('may begin with a byte order mark', async () => {
    expect(await issuesOfFile('a.yaml', `\uFEFFnome: x\n${smallestYaml.replace(/.*\n/, '')}`)).toEqual([
      "a.yaml:1:1 nome: unknown key 'nome'; did you mean 'name'?",
    ])
  })
})

describe('a JSON file', () => {
  it('is read', async () => {
    const cwd = await folderWith({ 'a.json': JSON.stringify(smallest, null, '\t') })
    await expect(loadExperiment('a.json', { cwd })).resolves.toMatchObject(smallest)
  })

  it('has its issues placed', async () => {
    const text = `{\n\t"name": "x",\n\t"dataset": { "source": "parquet", "train": "t", "train": "u" },\n\t"modle": { "backbone": 5 }\n}`
    expect(await issuesOfFile('a.json', text)).toEqual([
      "a.json:3:50 dataset.train: duplicate key 'train'",
      "a.json:4:2 modle: unknown key 'modle'; did you mean 'model'?",
      expect.stringMatching(/^a\.json:4:25 modle\.backbone: expected one of 40 names, .*, got 5$/),
    ])
  })

  it.each([
    ['{\n  "name": "x",\n}', 'a.json:3:1: not JSON: property name expected'],
    ['{\n  // a comment\n}', 'a.json:2:3: not JSON: invalid comment token'],
    ['{ name: 1 }', 'a.json:1:3: not JSON: invalid symbol'],
    ['{ "name": "x"', 'a.json:1:14: not JSON: close brace expected'],
    ['name: x', 'a.json:1:1: not JSON: invalid symbol'],
    ['', 'a.json:1:1: not JSON: value expected'],
    ['[]', "a.json:1:1: expected a mapping of the specification's keys, but found a list"],
  ])('is strict: %j', async (text, issue) => {
    expect(await issuesOfFile('a.json', text)).toEqual([issue])
  })
})

it.each([
  ['deep.json', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['deep.json', `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`],
  ['deep.yaml', `name: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['deep.yaml', `${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`],
  ['deep.yaml', `name:\n${'- '.repeat(150)}a`],
  ['deep.yaml', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('%s that is nested without end is refused at its place', async (name, text) => {
  expect(await issuesOfFile(name, text)).toEqual([
    expect.stringMatching(new RegExp(`^${name}:\\d+:\\d+: nested more than 100 deep`)),
  ])
})

it('an option whose value is nested without end is refused in a line', async () => {
  const cwd = await folderWith({ 'a.yaml': 'name: a' })
  const set = [`model=${'['.repeat(5000)}${']'.repeat(5000)}`]
  await expect(loadExperiment('a.yaml', { cwd, set })).rejects.toThrow(
    '--set model: nested more than 100 deep',
  )
})

describe('a program', () => {
  it.each(['experiment.ts', 'experiment.mjs'])('as %s is not run where code is forbidden', async (name) => {
    const folder = await folderWith({ [name]: `globalThis.wasRun = true\nexport default {}` })
    const { message } = await loadExperiment(name, { cwd: folder, code: false }).catch((error) => error)
    expect(message).toContain(`${name}: it is a program, which would be run to read it`)
    expect('wasRun' in globalThis).toBe(false)
  })

  it('leaves stdout as it was, also where several load at the same time', async () => {
    const text = `export default await Promise.resolve(${JSON.stringify(smallest)})`
    const cwd = await folderWith({ 'a.mjs': text, 'b.mjs': text })
    const before = process.stdout.write
    await Promise.all(['a.mjs', 'b.mjs'].map((file) => loadExperiment(file, { cwd })))
    expect(process.stdout.write).toBe(before)
  })

  it.each(['a.ts', 'a.mts', 'a.js', 'a.mjs'])('%s may export a plain experiment', async (name) => {
    const text = `const annotation${name.endsWith('ts') ? ': string' : ''} = 'small'
export default { ...${JSON.stringify(smallest)}, name: annotation, seeds: [7] }\n`
    const cwd = await folderWith({ [name]: text, 'package.json': '{ "type": "module" }' })
    await expect(loadExperiment(name, { cwd })).resolves.toMatchObject({ ...smallest, seeds: [7] })
  })

  it('needs no package.json beside it', async () => {
    const cwd = await folderWith({ 'a.ts': `export default ${JSON.stringify(smallest)}` })
    await expect(loadExperiment('a.ts', { cwd })).resolves.toMatchObject(smallest)
  })

  it('may export what defineExperiment returned, whose issues get the name of the file', async () => {
    const module = new URL('../../src/spec/define-experiment.ts', import.meta.url).href
    const program = (spec: object) =>
      `import { defineExperiment } from '${module}'\nexport default defineExperiment(${JSON.stringify(spec)})`
    const cwd = await folderWith({
      'good.ts': program(smallest),
      'bad.ts': program({ ...smallest, seds: [1] }),
    })
    await expect(loadExperiment('good.ts', { cwd })).resolves.toMatchObject(smallest)
    expect(await issuesOf(loadExperiment('bad.ts', { cwd }))).toEqual([
      "bad.ts seds: unknown key 'seds'; did you mean 'seeds'?",
    ])
  })

  it('that cannot find twintune is told how to install it', async () => {
    expect(await issuesOfFile('a.mjs', "import 'twintune'")).toEqual([
      expect.stringMatching(
        /^a\.mjs:?\S*: the program failed: .*'twintune'.*; install it beside the file: npm install \/.+$/,
      ),
    ])
  })

  it.each([
    ['process.exit(0)', 'the program ended before its export could be read'],
    ['await new Promise(() => {})', 'the program ended before its export could be read'],
  ])('that ends is told so: %s', async (statement, message) => {
    const [issue] = await issuesOfFile('a.mjs', `${statement}; export default {}`)
    expect(issue).toContain(message)
  })

  it('may export a promise', async () => {
    const cwd = await folderWith({ 'a.mjs': `export default Promise.resolve(${JSON.stringify(smallest)})` })
    await expect(loadExperiment('a.mjs', { cwd })).resolves.toMatchObject(smallest)
  })

  it('that is no TypeScript has the place told', async () => {
    const [issue] = await issuesOfFile('a.ts', 'const x: = 3')
    expect(issue).toBe('a.ts:1:10: the program failed: Unexpected "="')
  })

  it('that exports nothing is told so', async () => {
    expect(await issuesOfFile('a.ts', 'export const experiment = 3')).toEqual([
      'a.ts: expected `export default` of an experiment, as defineExperiment returns it',
    ])
  })

  it('that throws is told so, with what it threw', async () => {
    const cwd = await folderWith({ 'a.ts': "throw new RangeError('too far')" })
    const error = await loadExperiment('a.ts', { cwd }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      message: expect.stringMatching(/^a\.ts:\S*:? ?the program failed: RangeError: too far$/),
      failure: {
        code: 'SPEC_INVALID',
        cause: { type: 'RangeError', detail: expect.stringContaining('a.ts') },
      },
    })
  })
})

describe('a file that is not there', () => {
  it('is a failure that names the file that was probably meant', async () => {
    const cwd = await folderWith({ 'fashion.yaml': smallestYaml, 'notes.txt': '' })
    const error = await loadExperiment('fashon.yml', { cwd }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TwintuneError)
    expect(error).toMatchObject({
      failure: {
        code: 'SPEC_NOT_FOUND',
        message: "The specification fashon.yml doesn't exist.",
        hint: 'Did you mean fashion.yaml?',
      },
    })
  })

  it('may be a folder', async () => {
    const cwd = await folderWith({})
    await expect(loadExperiment('.', { cwd })).rejects.toThrow('The specification . is a folder.')
  })

  it('or of a kind that no specification has', async () => {
    expect(await issuesOfFile('a.toml', 'name = "x"')).toEqual([
      "a.toml: a .toml file can't be a specification; write it as .yaml, .yml, .json, .ts, .mts, .js or .mjs",
    ])
  })
})

describe('any text', () => {
  it.each(['a.yaml', 'a.json'])('as %s is taken or has issues', async (name) => {
    const cwd = await folderWith({})
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'ab:-{}[],&*!|>"\'\n #?\t1') }), async (text) => {
        await writeFile(join(cwd, name), text)
        expect(await issuesOf(loadExperiment(name, { cwd }))).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
  )
  return ['a0: &a0 [x, x]', ...levels].join('\n')
}

describe('what is no file of a sane size', () => {
  it('is refused before it is read: a pipe, and more than ten million bytes', async () => {
    const cwd = await folderWith({ 'large.json': `"${'x'.repeat(10_000_000)}"` })
    expect(await issuesOf(loadExperiment('large.json', { cwd }))).toEqual([
      'large.json: it has 10000002 bytes; a specification has at most 1000000',
    ])
    execFileSync('mkfifo', [join(cwd, 'pipe.yaml')])
    expect(await issuesOf(loadExperiment('pipe.yaml', { cwd }))).toEqual(['pipe.yaml: it is no regular file'])
  })
})
