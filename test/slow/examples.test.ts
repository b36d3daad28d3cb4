import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { runExample, temporaryFolder, writePictures } from '../integration/rig.js'

const folder = temporaryFolder()

it('the example of what is done before training describes the data, and suggests rates in both frameworks', async () => {
  writePictures(path.join(folder, 'pets'))
  const lines = await runExample('before-training.ts', folder)
  expect(lines.slice(0, 2)).toEqual(['tensorflow usable', 'pytorch usable'])
  expect(lines.at(-2)).toMatch(/^tensorflow \d/)
  expect(lines.at(-1)).toMatch(/^pytorch \d/)
  expect(existsSync(path.join(folder, 'sheet.png'))).toBe(true)
})
