import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exportFormatSchema } from '../../../src/protocol/export-format.js'
import {
  checkReplaceable,
  exportedNames,
  makeDraft,
  replaceFolder,
} from '../../../src/run/one-off/export-folder.js'

const place = mkdtempSync(path.join(tmpdir(), 'twintune-export-folders-'))
afterAll(() => rmSync(place, { recursive: true }))

function folderWith(name: string, files: readonly string[]): string {
  const folder = path.join(place, name)
  mkdirSync(folder)
  for (const file of files) writeFileSync(path.join(folder, file), file)
  return folder
}

describe('the folder of an export', () => {
  it.each([
    ["a run's own model", ['model.safetensors']],
    ['a model of Hugging Face', ['README.md', 'config.json', 'model.safetensors']],
    ['an export with notes beside it', ['preprocessing.json', 'notes.txt']],
  ])('may not be that of %s, which would be lost', (name, files) => {
    const folder = folderWith(name, files)
    expect(() => checkReplaceable(folder)).toThrow('which no export wrote')
  })

  it('replaces an earlier export as a whole', () => {
    const folder = folderWith('earlier', ['preprocessing.json', 'model.onnx'])
    const draft = makeDraft(folder)
    writeFileSync(path.join(draft, 'model.pt2'), '')
    replaceFolder(folder, draft)
    expect(readdirSync(folder)).toEqual(['model.pt2'])
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('is left alone when something else was put there meanwhile', () => {
    const folder = path.join(place, 'later')
    const draft = makeDraft(folder)
    folderWith('later', ['thesis.txt'])
    expect(() => replaceFolder(folder, draft)).toThrow('thesis.txt')
    expect(existsSync(path.join(folder, 'thesis.txt'))).toBe(true)
    rmSync(draft, { recursive: true })
  })
})

it('knows every artefact by the name that Python gives it', () => {
  const file = path.resolve(import.meta.dirname, '../../../python/twintune/exporting/formats.py')
  const [, listed = ''] = /^ARTEFACTS[^{]*\{(.*?)^\}/ms.exec(readFileSync(file, 'utf8')) ?? []
  const artefacts = [...listed.matchAll(/": "([^"]+)"/g)].map(([, name]) => name)
  expect(artefacts).toHaveLength(exportFormatSchema.options.length)
  for (const name of artefacts) expect(exportedNames).toContain(name)
  const others = [...exportedNames].filter((name) => name.startsWith('model.') || name === 'saved-model')
  // ONNX puts large weights into a file of their own.
  expect(others.toSorted()).toEqual([...artefacts, 'model.onnx.data'].toSorted())
})
