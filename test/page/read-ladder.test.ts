import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { VerificationRecord } from '../../src/compare/verification.js'
import { readLadder } from '../../src/page/read-ladder.js'
import { expandShorthands } from '../../src/plan/expand-shorthands.js'
import { experimentSchema } from '../../src/spec/schema.js'
import { verificationOf } from '../report/verifications.js'

const experiment = experimentSchema.parse({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets' },
  model: { backbone: 'resnet18' },
})
const startedAt = '2026-11-28T10:15:00.000Z'
let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-ladder-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The ladder of a comparison, once `verify` has left its record. */
function ladderAfter(changes: Partial<VerificationRecord>, compared: object = expandShorthands(experiment)) {
  const record: VerificationRecord = {
    ...{ schemaVersion: 1, startedAt, experiment, firstPhaseAlone: false, perturbation: null },
    verification: verificationOf(),
    ...changes,
  }
  writeFileSync(path.join(folder, 'pets-verify.json'), JSON.stringify(record))
  const { versions } = verificationOf()
  const [tensorflow, pytorch] = [versions.tensorflow, versions.pytorch].map((each) => ({ versions: each }))
  return readLadder(folder, {
    specification: stringify(compared),
    environment: JSON.stringify({ frameworks: { tensorflow, pytorch } }),
  })
}

test('the ladder of the same experiment counts, whatever its seeds', () => {
  const ladder = { startedAt, passed: verificationOf().passed }
  expect(ladderAfter({})).toEqual(ladder)
  expect(ladderAfter({}, { ...experiment, seeds: [3, 4] })).toEqual(ladder)
})

test('the ladder of a specification with shorthands counts, which are written out in the comparison', () => {
  const verified = experimentSchema.parse({
    ...{ name: experiment.name, dataset: experiment.dataset, model: experiment.model },
    training: { fineTune: { freezeEpochs: 1, epochs: 2, baseLearningRate: 0.004 } },
  })
  expect(ladderAfter({ experiment: verified }, expandShorthands(verified))).not.toBeNull()
})

test('a ladder of anything else does not count', () => {
  const verification = verificationOf()
  const versions = { ...verification.versions, pytorch: { torch: '1.0' } }
  expect(ladderAfter({}, { ...experiment, training: { ...experiment.training, batchSize: 7 } })).toBeNull()
  expect(ladderAfter({ firstPhaseAlone: true })).toBeNull()
  expect(ladderAfter({ perturbation: 'epsilon' as VerificationRecord['perturbation'] })).toBeNull()
  expect(ladderAfter({ verification: { ...verification, versions } })).toBeNull()
})

test('nothing is known where no ladder was climbed, or its record is damaged', () => {
  ladderAfter({})
  writeFileSync(path.join(folder, 'pets-verify.json'), '{')
  const source = { specification: stringify(experiment), environment: '{}' }
  expect(readLadder(folder, source)).toBeNull()
  expect(readLadder(path.join(folder, 'none'), source)).toBeNull()
  expect(readLadder(folder, { specification: '[', environment: null })).toBeNull()
})
