import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nearestPath } from '../../src/spec/nearest-path.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twintune-nearest-'))
  await mkdir(join(folder, 'pets', 'train'), { recursive: true })
  await writeFile(join(folder, 'pets', 'labels.csv'), '')
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['pets/tarin', 'pets/train'],
  ['Pet/Train', 'pets/train'],
  ['pets/label.csv', 'pets/labels.csv'],
  ['pets/validation', null],
  ['elsewhere/train', null],
  ['pets/labels.csv/train', null],
])('%s means %s', (missing, meant) => {
  expect(nearestPath(join(folder, missing))).toBe(meant === null ? null : join(folder, meant))
})
