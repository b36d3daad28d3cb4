import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findPython } from '../../src/worker/interpreter.js'

const folder = mkdtempSync(join(tmpdir(), 'twintune-interpreter-'))
const empty = join(folder, 'empty')
const first = join(folder, 'first')
const second = join(folder, 'second')
const inFolder =
  process.platform === 'win32' ? ['.venv', 'Scripts', 'python.exe'] : ['.venv', 'bin', 'python']

beforeAll(() => {
  for (const place of [first, second]) {
    const interpreter = join(place, ...inFolder)
    mkdirSync(dirname(interpreter), { recursive: true })
    writeFileSync(interpreter, '')
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

it("takes the framework's own variable first", () => {
  const environment = { TWINTUNE_PYTHON_PYTORCH: '/torch/python', TWINTUNE_PYTHON: '/any/python' }
  expect(findPython('pytorch', environment, [first])).toBe('/torch/python')
  expect(findPython('tensorflow', environment, [first])).toBe('/any/python')
})

it('takes an empty variable for an unset one', () => {
  expect(findPython('pytorch', { TWINTUNE_PYTHON: '' }, [empty])).toBe('python3')
})

it('then takes the first virtual environment that is there', () => {
  expect(findPython('tensorflow', {}, [empty, first, second])).toBe(join(first, ...inFolder))
})

it('takes python3 when there is none', () => {
  expect(findPython('tensorflow', {}, [empty])).toBe('python3')
})
