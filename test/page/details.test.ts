import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDetails } from '../../src/page/details.js'
import { comparison } from '../report/comparison.js'
import { recorded } from './recorded.js'

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-details-'))
  mkdirSync(path.join(folder, 'disagreements/seed0'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What is read of the folder, once disagreements.json names a thumbnail. */
function thumbnailsFor(thumbnail: string) {
  const answer = { predicted: 'cat', probability: 0.6 }
  const image = { position: 3, image: null, label: 'cat', tensorflow: answer, pytorch: answer, thumbnail }
  const [counts] = comparison().disagreement
  const seeds = [{ ...counts, listed: [image] }]
  writeFileSync(path.join(folder, 'disagreements.json'), JSON.stringify({ schemaVersion: 1, seeds }))
  return readDetails(recorded(folder)).thumbnails
}

test('a thumbnail becomes a part of the page', () => {
  writeFileSync(path.join(folder, 'disagreements/seed0/0003.png'), png)
  expect([...thumbnailsFor('disagreements/seed0/0003.png')]).toEqual([
    ['disagreements/seed0/0003.png', `data:image/png;base64,${png.toString('base64')}`],
  ])
})

test('a thumbnail that lies elsewhere, or is a link or no picture, stays out of the page', () => {
  writeFileSync(path.join(folder, 'secret.png'), png)
  writeFileSync(path.join(folder, 'disagreements/seed0/text.png'), 'no picture')
  symlinkSync(path.join(folder, 'secret.png'), path.join(folder, 'disagreements/seed0/link.png'))
  symlinkSync(folder, path.join(folder, 'disagreements/linked'))
  for (const thumbnail of [
    'secret.png',
    'disagreements/seed0/../../secret.png',
    'disagreements/linked/secret.png',
  ])
    expect(thumbnailsFor(thumbnail).size).toBe(0)
  for (const name of ['text', 'link', 'gone'])
    expect(thumbnailsFor(`disagreements/seed0/${name}.png`).size).toBe(0)
})

test('files that are gone, damaged or at odds with the results are left out, and named', () => {
  const { runs } = comparison()
  const finished = runs.filter((run) => run.status === 'finished')
  const [right, wrong] = finished.map(({ framework, seed, test: { accuracy } }) => {
    const images = 1000
    const count = Math.round(images * accuracy)
    const name = `${framework}-seed${seed}/evaluation.json`
    const shares = { precision: accuracy, recall: count / images, f1: accuracy, support: images }
    const write = (correct: number) => {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
      const evaluation = {
        classes: ['cat', 'dog'],
        confusion: [
          [correct, images - correct],
          [0, 0],
        ],
        perClass: [
          { class: 'cat', ...shares },
          { class: 'dog', ...shares, recall: null, support: 0 },
        ],
        topLosses: [],
      }
      writeFileSync(path.join(folder, name), JSON.stringify(evaluation))
    }
    return { name, count, write }
  })
  right?.write(right.count)
  wrong?.write(wrong.count - 1)
  const { evaluations, disagreements, faulty } = readDetails(recorded(folder))
  expect(evaluations).toHaveLength(1)
  expect(disagreements).toBeNull()
  expect(faulty).toContain(wrong?.name)
  expect(faulty).not.toContain(right?.name)
  expect(faulty).toHaveLength(finished.length - 1)
})
