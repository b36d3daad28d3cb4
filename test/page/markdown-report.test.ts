import { fromMarkdown } from 'mdast-util-from-markdown'
import { expect, test } from 'vitest'
import type { Comparison } from '../../src/compare/comparison.js'
import { renderMarkdownReport } from '../../src/page/markdown-report.js'
import { comparison, withFailures } from '../report/comparison.js'

function markdownOf(of: Comparison): string {
  return renderMarkdownReport({
    name: 'pets-k3f9',
    startedAt: '2026-11-24T10:15:00.000Z',
    comparison: of,
    ladder: null,
    altered: [],
  })
}

/** Cells of the row that begins with a text. */
function row(markdown: string, first: string): string[] {
  const line = markdown.split('\n').find((each) => each.startsWith(`| ${first} `)) ?? ''
  return line.split('|').map((cell) => cell.trim())
}

test('the verdict comes first, and after it the figures that it rests on', () => {
  const markdown = markdownOf(comparison())
  const { difference } = comparison().metrics.accuracy
  expect(markdown).toMatch(
    /^## fashion-frozen\n\naligned mode · 2 seeds · 2026-11-24 UTC · pets-k3f9\n\n\*\*/,
  )
  expect(markdown.replaceAll('\\', '')).toContain(difference?.reason)
  expect(row(markdown, 'accuracy').slice(2, 4)).toEqual([
    expect.stringMatching(/^\d+\.\d\d% ± /),
    expect.stringMatching(/^\d+\.\d\d% ± /),
  ])
})

test('only the rows of the contract that are not identical are shown, with their evidence', () => {
  const contract = [
    { ingredient: 'seeds', state: 'identical' as const, evidence: 'all' },
    { ingredient: 'epochs', state: 'different' as const, evidence: '3 and 4' },
  ]
  const markdown = markdownOf(comparison({ contract }))
  expect(markdown).toContain('1 of 2 rows are identical.')
  expect(row(markdown, 'epochs').slice(2, 4)).toEqual(['different', '3 and 4'])
  expect(row(markdown, 'seeds')).toEqual([''])
})

test('runs without a result are told, with the reason', () => {
  const failed = withFailures().runs.find(({ status }) => status !== 'finished')
  // In code, where GitHub makes nothing of names and addresses.
  expect(markdownOf(withFailures()).replaceAll('\\', '')).toContain(
    `seed ${failed?.seed} ${failed?.status}: \`${failed?.failure?.message}\``,
  )
})

test('a repeat without a result is told as one', () => {
  const failed = withFailures().runs.find(({ status }) => status === 'failed')
  if (failed === undefined) throw new Error('no failed run')
  const markdown = markdownOf(comparison({ repeats: [{ ...failed, repeat: true }] }))
  expect(markdown.replaceAll('\\', '')).toContain(`seed ${failed.seed} repeat failed`)
})

test('a name is text, whatever it holds', () => {
  const experiment = '<img src=x> [a](javascript:alert) | `code` **bold**'
  const [heading] = fromMarkdown(markdownOf(comparison({ experiment }))).children
  expect(heading).toMatchObject({ type: 'heading', children: [{ type: 'text', value: experiment }] })
})
