import { expect, test } from 'vitest'
import { createStyle } from '../../src/report/style.js'
import { renderTable } from '../../src/report/table.js'

const style = createStyle({ color: false, columns: 40 })

test('figures stand under each other to the right, without lines or blanks at the end', () => {
  const table = renderTable(
    [['one', '1.5'], [], ['eleven', '11.0']],
    { head: ['name', 'value'], align: ['left', 'right'] },
    style,
  )
  expect(table.split('\n')).toEqual(['  name    value', '  one       1.5', '', '  eleven   11.0'])
})

test('prose is folded at the width of the terminal, under its own beginning', () => {
  const text = 'the quick brown fox jumps over the lazy dog'
  expect(renderTable([['note', text]], { align: ['left', 'left'], fold: true }, style).split('\n')).toEqual([
    '  note  the quick brown fox jumps over',
    '        the lazy dog',
  ])
})

test('signs that are two columns wide count as two', () => {
  const table = renderTable(
    [['猫', 'the quick brown fox jumps over the lazy dog']],
    { align: ['left', 'left'], fold: true },
    style,
  )
  expect(table.split('\n')).toEqual(['  猫  the quick brown fox jumps over the', '      lazy dog'])
})

test('a path that is wider than the terminal stays whole', () => {
  const path = '/home/someone/pictures/of/things/that/are/long/train.parquet'
  const table = renderTable(
    [['problem', `No such file: ${path}`]],
    { align: ['left', 'left'], fold: true },
    style,
  )
  expect(table).toContain(path)
})

test('a table that is wider than the terminal becomes a list of its rows, whose titles stay with what they name', () => {
  const rows = [['TensorFlow', 'seed 0', '86.10%', '0.4102', 'points'], [], ['', 'seed 1', '', '0.4132', '']]
  const table = renderTable(
    rows,
    { head: ['', '', 'accuracy of the test', 'loss', ''], align: ['left', 'left', 'right', 'right', 'left'] },
    style,
  )
  expect(table.split('\n')).toEqual([
    '  TensorFlow seed 0',
    '    accuracy of the test 86.10%,',
    '    loss 0.4102, points',
    '',
    '  seed 1',
    '    loss 0.4132',
  ])
})

test('a table that is written to a file has its rows in lines, however long they are', () => {
  const layout = { head: ['name', 'path'], align: ['left', 'left'] } as const
  const row = ['one', '/home/someone/pictures/of/things/that/are/long']
  const inFile = createStyle({ color: false, columns: 40, tableColumns: Infinity })
  expect(renderTable([row], layout, inFile)).toBe(`  name  path\n  ${row.join('   ')}`)
})
