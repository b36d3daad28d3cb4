import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dataLineSchema, failureLineSchema } from '../../src/schemas.js'
import { startTwintune, temporaryFolder, tinyExperiment, writePictures, writeSpec } from './rig.js'

const folder = temporaryFolder()
const pictures = path.join(folder, 'pictures')
let spec = ''

beforeAll(() => {
  writePictures(pictures)
  copyFileSync(path.join(pictures, 'train/class0/0.png'), path.join(pictures, 'test/class0/double.png'))
  spec = writeSpec(folder, tinyExperiment(pictures))
})

describe('data', () => {
  it('says what is in the data, as lines for programs', async () => {
    const { exitCode, stdout } = await startTwintune(['data', spec, '--json'], folder)
    expect(exitCode).toBe(0)
    const data = dataLineSchema.parse(JSON.parse(stdout))
    expect(data.classes).toEqual(['class0', 'class1', 'class2'])
    expect(data.splits.map(({ name }) => name)).toEqual(['train', 'validation', 'test'])
    expect(data.splits.reduce((sum, { images }) => sum + images, 0)).toBe(3 * 16 + 3 * 4 + 1)
    expect(data.duplicates).toHaveLength(1)
    expect(data.duplicates[0]?.map(({ split }) => split)).toContain('test')
  })

  it('draws what the network sees', async () => {
    const augmentation = ['--set', 'augmentation.horizontalFlip=0.5']
    const { exitCode, stderr } = await startTwintune(
      ['data', spec, '--sheet', 'sheet.png', ...augmentation],
      folder,
    )
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Contact sheet: sheet.png')
    expect(readFileSync(path.join(folder, 'sheet.png')).subarray(1, 4).toString()).toBe('PNG')
  })

  it('lists all that can not be decoded and ends with 3, unless it is to be left out', async () => {
    const bad = ['test/class1/0.png', 'train/class2/5.png'].map((name) => path.join(pictures, name))
    for (const file of bad) writeFileSync(file, 'not a picture')
    const failing = await startTwintune(['data', spec], folder)
    expect(failing.exitCode).toBe(3)
    for (const file of bad) expect(failing.stdout).toContain(file)
    const skipping = await startTwintune(['data', spec, '--json', '--set', 'dataset.onCorrupt=skip'], folder)
    expect(skipping.exitCode).toBe(0)
    const data = dataLineSchema.parse(JSON.parse(skipping.stdout))
    expect(data.unreadable.map(({ image }) => image).sort()).toEqual([...bad].sort())
  })

  it.each([['validate'], ['compare'], ['sweep'], ['train', '--framework', 'pytorch']])(
    'that can not be decoded is said once by %s, and no framework starts',
    async (command, ...options) => {
      const sweep = [
        '--set',
        'sweep.parameters={training.batchSize: {choice: [8]}}',
        '--set',
        'sweep.trials=1',
      ]
      const args = [command, spec, ...options, ...(command === 'sweep' ? sweep : []), '--out', 'refused']
      const quick = args.filter((arg) => command !== 'validate' || !['--out', 'refused'].includes(arg))
      const { exitCode, stdout, stderr } = await startTwintune(quick, folder)
      expect(exitCode).toBe(3)
      expect(`${stdout}${stderr}`.match(/test\/class1\/0\.png/g)).toHaveLength(1)
      expect(stderr).toMatch(/^error 2 images can't be decoded: /)
      expect(existsSync(path.join(folder, 'refused'))).toBe(false)
    },
  )

  it('is warned of by validate where an epoch is a single step', async () => {
    const set = ['--set', 'training.batchSize=64', '--set', 'dataset.onCorrupt=skip']
    const { exitCode, stderr } = await startTwintune(['validate', spec, ...set], folder)
    expect(exitCode).toBe(0)
    expect(stderr).toContain('training.batchSize is 64, and there are 41 training images')
  })

  it('ends with 3 where there are no data', async () => {
    const nowhere = path.join(folder, 'nowhere')
    const args = ['data', spec, '--json', '--set', `dataset.train=${nowhere}`]
    const { exitCode, stdout } = await startTwintune(args, folder)
    expect(exitCode).toBe(3)
    expect(failureLineSchema.parse(JSON.parse(stdout)).failure.code).toBe('DATASET_NOT_FOUND')
  })
})
