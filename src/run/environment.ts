import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'
import type { z } from 'zod'
import type { inspectMessage } from '../protocol/inspect.js'
import type { Facts } from '../protocol/result.js'
import type { Framework } from '../spec/schema.js'
import { version } from '../version.js'

/** What the machine offers one framework. */
export type Inspection = z.output<typeof inspectMessage.result>

/** What a comparison ran on (`environment.json`); what isn't known yet is left out. */
export interface Environment {
  readonly twintune: string
  readonly node: string
  readonly platform: string
  readonly cpu: { readonly model: string; readonly count: number }
  readonly memoryBytes: number
  /** Over one, five and fifteen minutes, before the first run. */
  readonly loadAverage: readonly number[]
  /** Of the working directory; `null` where it is in no repository. */
  readonly gitCommit: string | null
  readonly frameworks: Readonly<Partial<Record<Framework, Inspection>>>
  /** Hash of the identities of the images in each split, of the first run that finished. */
  readonly dataset?: Facts['split']
  /** Hash of the backbone's tensors, of the first run that finished. */
  readonly weights?: Facts['weights']
}

/** All that is known before a Python has started. */
export async function describeMachine(): Promise<Environment> {
  const cpus = os.cpus()
  return {
    twintune: version,
    node: process.version,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    cpu: { model: cpus[0]?.model ?? 'unknown', count: cpus.length },
    memoryBytes: os.totalmem(),
    loadAverage: os.loadavg(),
    gitCommit: await gitCommit(),
    frameworks: {},
  }
}

async function gitCommit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { timeout: 2000 })
    return stdout.trim()
  } catch {
    return null
  }
}
