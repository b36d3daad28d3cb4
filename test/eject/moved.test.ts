import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa, execaSync } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ejectScripts } from '../../src/eject/eject.js'
import type { Experiment } from '../../src/spec/schema.js'
import { specifications } from './specifications.js'

const root = path.resolve(import.meta.dirname, '../..')
const python = path.join(root, '.venv/bin/python')
const folder = mkdtempSync(path.join(tmpdir(), 'twintune-moved-'))
const pictures = path.join(folder, 'pictures')
beforeAll(() => void execaSync(python, [path.join(root, 'test/python/pictures.py'), pictures]))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a script does up to its pixels, for which no framework is needed: it reads the images and divides them. */
function untilPixels(script: string): string {
  return script
    .slice(0, script.indexOf('\n# Pixels ---'))
    .replaceAll(/^(import|from) (keras|safetensors|tensorflow|timm|torch).*$/gm, '')
    .replaceAll(/^(keras|tf|torch)\..*$/gm, '')
    .concat('\nprint(len(train.images), len(test.images))\n')
}

const dataset = {
  ...(specifications['folders without a test'] as Experiment).dataset,
  train: path.join(folder, 'before/train'),
  test: path.join(folder, 'before/test'),
  validationFraction: 0,
} as Experiment['dataset']
const originals = {
  aligned: { ...(specifications['a head'] as Experiment), dataset },
  idiomatic: { ...(specifications['the own libraries'] as Experiment), dataset },
}

/** Writes the script elsewhere than its images are, and starts it. */
function start(script: string | undefined, ...args: string[]) {
  const file = path.join(folder, 'moved.py')
  writeFileSync(file, untilPixels(script ?? ''))
  return execa(python, [file, ...args], { reject: false })
}

describe('an ejected script that was moved', () => {
  const [train, test] = [path.join(pictures, 'train'), path.join(pictures, 'test')]

  describe.each(['aligned', 'idiomatic'] as const)('in %s mode', (mode) => {
    it.each(['tensorflow', 'pytorch'] as const)('says which folder is not there: %s', async (framework) => {
      const script = ejectScripts(originals[mode], { directory: folder })[framework]
      const { exitCode, stderr } = await start(script)
      expect(stderr).toBe(`${folder}/before/train is not there. --train and --test name others.`)
      expect(exitCode).toBe(1)
      expect((await start(script, '--train', train)).stderr).toContain('before/test is not there')
      const given = await start(script, '--train', train, '--test', test)
      expect([given.stdout, given.stderr]).toEqual(['48 12', ''])
    })
  })

  it('says which folder holds no images', async () => {
    const empty = path.join(folder, 'empty')
    mkdirSync(empty)
    const { stderr } = await start(ejectScripts(originals.aligned).pytorch, '--train', train, '--test', empty)
    expect(stderr).toBe(`${empty} holds no images. --train and --test name others.`)
  })

  it.each(['a head', 'a CSV file without validation'])('says which file is not there: %s', async (name) => {
    const { stderr, exitCode } = await start(ejectScripts(specifications[name] as Experiment).tensorflow)
    expect(stderr).toMatch(/^\/data\/train\.(csv|parquet) is not there\. --train and --test name others\.$/)
    expect(exitCode).toBe(1)
  })
})
