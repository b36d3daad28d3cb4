import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Variable whose value tells the processes of a part of the test run from all others. */
export const partVariable = 'TWINTUNE_TEST_PART'

/** Names that tools keep in the temporary folder on purpose, such as caches of compiled code, or leave there when they are killed. */
// TensorFlow deletes the code that autograph has written only where its process ends by itself. MLflow leaves its lock of a
// database, ONNX Runtime the session and the log of its telemetry.
const kept =
  /^(pytest-of-|__autograph_generated_file|tsx-|node-compile-cache|v8-compile-cache|torchinductor_|db_init_lock-|mat-debug-|\.ses$)/

/** Names what a part of the test run has left in its temporary folder. */
export function leftFiles(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => !kept.test(name))
    .map((name) => {
      const inside = namesIn(path.join(folder, name)).slice(0, 3)
      return inside.length === 0 ? name : `${name} with ${inside.join(', ')}`
    })
}

/** Names the processes that a part of the test run has left, by Linux' /proc; none where there is no /proc. */
export function leftProcesses(part: string): string[] {
  return processesWith(partVariable, part).map(
    (pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120)}`,
  )
}

/** Numbers of the processes in whose environment a variable has a value, by Linux' /proc; none where there is no /proc. */
export function processesWith(variable: string, value: string): number[] {
  return numbersIn('/proc')
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`${variable}=${value}`))
    .filter((pid) => !/^State:\s+Z/m.test(read(`/proc/${pid}/status`)))
    .map(Number)
}

/** Lists the segments of shared memory, by Linux' /dev/shm. */
export function sharedMemory(): string[] {
  return namesIn('/dev/shm')
}

function numbersIn(folder: string): string[] {
  return namesIn(folder).filter((name) => /^\d+$/.test(name))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

// A process that has just ended, or is someone else's, has nothing to read.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
