import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { OutputOptions } from '../../src/cli/context.js'
import { tellVerification } from '../../src/cli/tell-verification.js'
import type { VerificationRecord } from '../../src/compare/verification.js'
import { reportLineSchema } from '../../src/lines/report.js'
import { experimentSchema } from '../../src/spec/schema.js'
import { verificationOf } from '../report/verifications.js'

const experiment = experimentSchema.parse({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets' },
  model: { backbone: 'resnet18' },
})
let folder: string
let report: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-verify-'))
  report = path.join(folder, 'pets-verify.html')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What is printed of a ladder that holds, by the stream. */
function tell(
  options: OutputOptions,
  into: string | null = folder,
  changes: Partial<VerificationRecord> = {},
) {
  const printed: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] }
  const nowhere = { write: () => true }
  tellVerification(
    {
      ...{ schemaVersion: 1, startedAt: '2026-11-28T10:15:00.000Z', experiment, perturbation: null },
      ...{ firstPhaseAlone: false, verification: verificationOf() },
      ...changes,
    },
    { ...options, folder: into },
    {
      stdout: (line) => printed.stdout.push(...line.split('\n')),
      stderr: (line) => printed.stderr.push(line),
      streams: { stdout: nowhere, stderr: nowhere },
      env: {},
      cwd: folder,
      signal: new AbortController().signal,
    },
  )
  return printed
}

it('writes the report under the name of the experiment, and names it last', () => {
  const { stdout } = tell({})
  expect(stdout[0]).toContain('every rung holds')
  expect(stdout.at(-1)).toBe(`Report: ${report}`)
  expect(readFileSync(report, 'utf8')).toContain('Every rung holds')
})

it('names the report to programs in a line of its own, and prints them nothing else', () => {
  const { stdout } = tell({ json: true })
  expect(stdout.map((line) => reportLineSchema.parse(JSON.parse(line)).report)).toEqual([report])
})

it('writes the report and does not name it where only the result is wanted', () => {
  const { stdout } = tell({ quiet: true })
  expect(stdout.join('\n')).not.toContain('Report:')
  expect(readdirSync(folder)).toEqual(['pets-verify.html', 'pets-verify.json'])
})

it('leaves the result of the whole ladder in its place when a part is climbed', () => {
  tell({})
  const whole = readFileSync(path.join(folder, 'pets-verify.json'), 'utf8')
  tell({}, folder, { firstPhaseAlone: true })
  tell({}, folder, { perturbation: 'padding' })
  expect(readFileSync(path.join(folder, 'pets-verify.json'), 'utf8')).toBe(whole)
  expect(readdirSync(folder)).toEqual([
    'pets-verify-first-phase.html',
    'pets-verify-padding.html',
    'pets-verify.html',
    'pets-verify.json',
  ])
})

it('writes nothing where no report is wanted', () => {
  const { stdout } = tell({}, null)
  expect(stdout.join('\n')).not.toContain('Report:')
  expect(readdirSync(folder)).toEqual([])
})

it('tells the result and warns where the report cannot be written', () => {
  mkdirSync(report)
  const { stdout, stderr } = tell({})
  expect(stdout[0]).toContain('every rung holds')
  expect(stdout.join('\n')).not.toContain('Report:')
  expect(stderr.join('\n')).toContain('warning The report was not written')
})
