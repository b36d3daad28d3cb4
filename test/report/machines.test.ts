import { describe, expect, it } from 'vitest'
import type { Merged } from '../../src/compare/merging.js'
import { trustClaims, verdictSentence } from '../../src/page/headline.js'
import { renderMarkdownReport } from '../../src/page/markdown-report.js'
import { renderReportPage } from '../../src/page/report-page.js'
import { machineRows, machinesNote } from '../../src/report/machines.js'
import { renderSummary } from '../../src/report/terminal-report.js'
import { comparison } from './comparison.js'

const parts = [
  { name: 'pets-shard1of3', seeds: [0, 1], shard: { number: 1, of: 3 } },
  { name: 'pets-shard2of3', seeds: [2], shard: { number: 2, of: 3 } },
  { name: 'pets-shard3of3', seeds: [3], shard: { number: 3, of: 3 } },
]
const merged: Merged = {
  parts,
  differences: [{ property: 'processor', values: ['Xeon', 'EPYC', 'Xeon'] }],
}
const known = { comparison: comparison({ merged }), ladder: null, altered: [] }
const page = {
  ...known,
  name: 'pets',
  startedAt: '2026-11-28T10:00:00.000Z',
  source: { specification: null, environment: null, comparison: '{}' },
  details: { evaluations: [], disagreements: null, thumbnails: new Map() },
}

describe('the machines of a merged comparison', () => {
  it('are named with the seeds that each value belongs to', () => {
    expect(machineRows(merged)).toEqual([['processor', 'Xeon (seeds 0..1,3); EPYC (seed 2)']])
  })

  it('stand in the terminal, in the Markdown and beside the verdict', () => {
    const terminal = renderSummary(known.comparison, { color: false, columns: 200 })
    for (const text of [terminal, renderMarkdownReport(page)]) {
      expect(text).toContain('Machines')
      expect(text).toContain('EPYC')
    }
    expect(trustClaims(known).map(({ text }) => text)).toContain('its machines differ: processor')
  })

  it('are said not to differ where they do not', () => {
    expect(machinesNote({ parts, differences: [] })).toContain('don’t differ')
    const texts = trustClaims({ ...known, comparison: comparison({ merged: { parts, differences: [] } }) })
    expect(texts.map(({ text }) => text).join()).not.toContain('machines')
  })
})

describe('the report of a shard', () => {
  it('says that it is one in place of a verdict', () => {
    const shard = { number: 2, of: 4 }
    expect(verdictSentence(comparison({ shard }))).toContain('Shard 2/4 of a comparison')
    expect(renderReportPage({ ...page, comparison: comparison({ shard }) })).toContain('shard 2/4')
  })
})
