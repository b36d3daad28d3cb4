import { expect, it } from 'vitest'
import { createStyle } from '../../src/report/style.js'
import { renderTable } from '../../src/report/table.js'

it('a long table has its head once, and columns as wide as its widest row', () => {
  const rows = Array.from({ length: 450 }, (_, index) => [
    index === 449 ? 'a longer name' : `n${index}`,
    `${index}`,
  ])
  const layout = { head: ['name', 'count'], align: ['left', 'right'] } as const
  const lines = renderTable(rows, layout, createStyle({ color: false, columns: 80 })).split('\n')
  expect(lines).toHaveLength(451)
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([lines[0]?.length]))
})
