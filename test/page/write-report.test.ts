import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeReport } from '../../src/page/write-report.js'
import { comparison } from '../report/comparison.js'
import { recorded } from './recorded.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'twintune-report-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a report lies in the folder of its comparison, and is written over an earlier one', () => {
  const file = writeReport(recorded(folder))
  expect(file).toBe(path.join(folder, 'report.html'))
  writeFileSync(file, 'an earlier one')
  writeReport(recorded(folder))
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>.*<\/html>\n$/s)
})

test('marks of direction in a name are shown as escapes, as they would turn the figures beside it around', () => {
  const turned = comparison({ experiment: 'pets\u202e' })
  const page = readFileSync(writeReport(recorded(folder, { comparison: turned })), 'utf8')
  expect(page).toContain('pets\\u202e')
  expect(page).not.toContain('\u202e')
})

test('a result that another version wrote has no report, and no hint that would overwrite it', () => {
  expect(() => writeReport(recorded(folder, { status: 'unreadable', comparison: null }))).toThrow(
    expect.objectContaining({
      failure: expect.objectContaining({ hint: expect.stringContaining('environment.json') }),
    }),
  )
})

test('a comparison that has not ended has no report', () => {
  expect(() => writeReport(recorded(folder, { status: 'interrupted', comparison: null }))).toThrow(
    expect.objectContaining({
      failure: expect.objectContaining({
        code: 'COMPARISON_NOT_FOUND',
        hint: expect.stringContaining('twintune resume'),
      }),
    }),
  )
})

test('nothing is written through a link that lies in the place of a report', () => {
  const elsewhere = path.join(folder, 'elsewhere')
  writeFileSync(elsewhere, 'mine')
  symlinkSync(elsewhere, path.join(folder, 'report.html'))
  expect(() => writeReport(recorded(folder))).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'FOLDER_UNWRITABLE' }) }),
  )
  expect(readFileSync(elsewhere, 'utf8')).toBe('mine')
})
