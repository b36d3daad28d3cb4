import { expect, test } from 'vitest'
import {
  formatBytes,
  formatPercent,
  formatPoints,
  formatPValue,
  formatRate,
  formatSeconds,
  formatSigned,
} from '../../src/report/format.js'

test.each([
  [0, '0.0 s'],
  [4.12, '4.1 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [200, '3 min 20 s'],
  [3599.7, '1 h 00 min'],
  [7530, '2 h 06 min'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test('memory is in MiB with its thousands set apart', () => {
  expect(formatBytes(1530 * 2 ** 20)).toBe('1,530 MiB')
  expect(formatBytes(0.4 * 2 ** 20)).toBe('0.4 MiB')
})

test('shares are percentages, their differences signed points', () => {
  expect(formatPercent(0.861)).toBe('86.10%')
  expect(formatPoints(0.002)).toBe('+0.20')
  expect(formatPoints(-0.002)).toBe('-0.20')
})

test('a difference below the digits is told from none', () => {
  expect(formatSigned(-0.00001, 4)).toBe('-<0.0001')
  expect(formatSigned(0.00001, 4)).toBe('+<0.0001')
  expect(formatSigned(0, 4)).toBe('0.0000')
})

test('slow speeds keep a decimal', () => {
  expect(formatRate(8.43)).toBe('8.4')
  expect(formatRate(1239.6)).toBe('1,240')
})

test('a tiny p-value is not printed as zero', () => {
  expect(formatPValue(0.00001)).toBe('<0.001')
  expect(formatPValue(0.03125)).toBe('0.031')
})
