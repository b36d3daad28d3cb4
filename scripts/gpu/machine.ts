import os from 'node:os'
import { packageFolder } from '../../src/package-folder.js'
import { formatBytes } from '../../src/report/format.js'
import { readHardware } from '../../src/run/machine/hardware.js'
import { printed, readCommit } from './checkout.js'

/** Machine and checkout of one call, as the page tells of them. */
export interface Machine {
  readonly date: string
  /** Commit, and whether the code differs from it; the package's version where git knows of none. */
  readonly commit: string
  /** Names of the GPUs as `nvidia-smi` has them; none where it is missing. */
  readonly gpus: readonly string[]
  /** Rows of what there is and how it is called. */
  readonly rows: readonly (readonly [string, string])[]
  /** What the results of steps depend on beside their commands. */
  readonly conditions: readonly string[]
}

/** Reads the machine, its GPUs and driver as `nvidia-smi` has them, and the commit. */
export async function readMachine(): Promise<Machine> {
  const { cpu, memoryBytes, loadAverage } = readHardware()
  const gpus = await printed('nvidia-smi', [
    '--query-gpu=name,driver_version,memory.total,compute_cap',
    '--format=csv,noheader',
  ])
  const rows = (gpus ?? '').split('\n').filter((line) => line.trim() !== '')
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: await readCommit(packageFolder()),
    gpus: rows,
    rows: [
      ...(rows.length === 0
        ? [['GPU', 'nvidia-smi shows none'] as const]
        : rows.map(
            (row, index) => [`GPU ${index}`, `${row} (name, driver, memory, compute capability)`] as const,
          )),
      ['CPU', `${cpu.available} of ${cpu.count} × ${cpu.model}`],
      ['memory', formatBytes(memoryBytes)],
      ['load before', loadAverage.map((load) => load.toFixed(2)).join(', ')],
      ['system', `${os.type()} ${os.release()} ${os.arch()}`],
      ['Node', process.version],
    ],
    conditions: [...rows, cpu.model],
  }
}
