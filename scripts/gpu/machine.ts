import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { packageFolder } from '../../src/package-folder.js'
import { formatBytes } from '../../src/report/format.js'
import { readHardware } from '../../src/run/machine/hardware.js'

/** Machine and checkout of one call, as the page tells of them. */
export interface Machine {
  readonly date: string
  /** Commit, with a digest of what differs from it; the package's version where there is no checkout. */
  readonly commit: string
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
  const commit = await readCommit()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit,
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
    conditions: [commit, ...rows, cpu.model],
  }
}

async function readCommit(): Promise<string> {
  const root = packageFolder()
  const commit = await printed('git', ['-C', root, 'rev-parse', '--short', 'HEAD'])
  if (commit === null) {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    return `version ${version}`
  }
  const changes = await printed('git', ['-C', root, 'diff', 'HEAD'])
  if (!changes?.trim()) return commit.trim()
  return `${commit.trim()} with changes ${createHash('sha256').update(changes).digest('hex').slice(0, 8)}`
}

/** What a command prints; null where it is missing or fails. */
async function printed(file: string, args: readonly string[]): Promise<string | null> {
  const { exitCode, stdout } = await execa(file, args, { reject: false, timeout: 20_000, maxBuffer: 2 ** 26 })
  return exitCode === 0 ? stdout : null
}
