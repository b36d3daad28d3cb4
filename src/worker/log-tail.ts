import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const mostBytes = 64 * 1024
const mostLines = 40
/** First words of a crash dump by Python's faulthandler. */
export const crashDump = 'Fatal Python error'

/**
 * Reads the last lines of a log, none of them from before the byte `from`. Where Python's faulthandler wrote a crash dump,
 * it reads the dump's first lines instead, since these say what happened.
 */
export function lastLines(file: string, from: number): string {
  const lines = readEnd(file, from).trimEnd().split('\n')
  const dump = lines.findLastIndex((line) => line.startsWith(crashDump))
  return (dump < 0 ? lines.slice(-mostLines) : lines.slice(dump, dump + mostLines)).join('\n')
}

/** Resource that the system can refuse a process. */
export type Refused = 'memory' | 'threads'

const refusals: readonly [Refused, RegExp][] = [
  // TensorFlow's status, C++'s exception, PyTorch's allocator and the C library.
  ['memory', /RESOURCE_EXHAUSTED|std::bad_alloc|DefaultCPUAllocator|Cannot allocate memory/],
  // TensorFlow and OpenBLAS, Node, and Python.
  ['threads', /pthread_create\S* failed|uv_thread_create|can't start new thread/],
]

/** Resource that the system refused the process, by the end of its log from the byte `from` on; `null` if none. */
export function refusedIn(file: string, from: number): Refused | null {
  const end = readEnd(file, from)
  return refusals.find(([, words]) => words.test(end))?.[0] ?? null
}

/** Reads the end of a log. A log that can't be read counts as empty: a report must not fail because of it. */
function readEnd(file: string, from: number): string {
  try {
    return readFrom(file, from)
  } catch {
    return ''
  }
}

function readFrom(file: string, from: number): string {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const start = Math.max(from, size - mostBytes)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, start))
  } finally {
    closeSync(descriptor)
  }
}
