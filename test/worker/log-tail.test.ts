import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { lastLines, refusedIn } from '../../src/worker/log-tail.js'

const folder = mkdtempSync(join(tmpdir(), 'twintune-log-'))
const file = join(folder, 'log')

afterAll(() => rmSync(folder, { recursive: true }))

it('gives the last forty lines', () => {
  writeFileSync(file, `${numbered(100).join('\n')}\n`)
  expect(lastLines(file, 0).split('\n')).toEqual(numbered(100).slice(-40))
})

it('gives nothing from before its start', () => {
  writeFileSync(file, 'an earlier worker\nthis worker\n')
  expect(lastLines(file, 'an earlier worker\n'.length)).toBe('this worker')
  expect(lastLines(file, 1_000)).toBe('')
})

it('gives the beginning of a crash dump, since its end says little', () => {
  const dump = ['Fatal Python error: Segmentation fault', ...numbered(60)]
  writeFileSync(file, ['before', ...dump].join('\n'))
  expect(lastLines(file, 0).split('\n')).toEqual(dump.slice(0, 40))
})

it('gives nothing of a log that is gone or is none', () => {
  expect(lastLines(join(folder, 'none'), 0)).toBe('')
  expect(lastLines(folder, 0)).toBe('')
})

it('reads only the end of a large log', () => {
  writeFileSync(file, `${'x'.repeat(5_000_000)}\nthe end`)
  expect(lastLines(file, 0).length).toBeLessThan(100_000)
  expect(lastLines(file, 0)).toMatch(/\nthe end$/)
})

it('knows what frameworks print when memory runs out, but not what an earlier worker printed', () => {
  const words = 'OP_REQUIRES failed: RESOURCE_EXHAUSTED: OOM when allocating tensor\n'
  writeFileSync(file, `${words}Fatal Python error: Segmentation fault\n`)
  expect(refusedIn(file, 0)).toBe('memory')
  expect(refusedIn(file, words.length)).toBeNull()
})

it.each([
  'env.cc:84] Check failed: ret == 0 (11 vs. 0) Thread tf_Compute creation via pthread_create() failed.',
  'OpenBLAS blas_thread_init: pthread_create failed for thread 1 of 2: Resource temporarily unavailable',
  '#  Assertion failed: (0) == (uv_thread_create(t.get(), start_thread, this))',
  "RuntimeError: can't start new thread",
])('knows what is printed when no thread can be started: %s', (words) => {
  writeFileSync(file, `${words}\nFatal Python error: Aborted\n`)
  expect(refusedIn(file, 0)).toBe('threads')
})

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`)
}
