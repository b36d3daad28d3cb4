import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'
import type { Facts } from '../../protocol/facts.js'
import type { Inspection } from '../../protocol/inspect.js'
import type { Framework } from '../../spec/schema.js'
import { version } from '../../version.js'
import { type Hardware, readHardware } from './hardware.js'

/**
 * Record of the machine that a comparison ran on (`environment.json`), with the hardware as it was before the first run.
 * Fields that aren't known yet are left out.
 */
export interface MachineRecord extends Hardware {
  readonly twintune: string
  readonly node: string
  readonly platform: string
  /** Hash of spec.yaml as it was when the comparison began, or was last extended. */
  readonly specification: string
  /** Hashes of the parts of the same spec.yaml, by their key at the top. */
  readonly specificationParts: Readonly<Record<string, string>>
  /** Git commit of the working directory; `null` where it is in no repository. */
  readonly gitCommit: string | null
  readonly frameworks: Readonly<Partial<Record<Framework, Inspection>>>
  /** Hash of the identities of the images in each split, of the first run that finished. */
  readonly dataset?: Facts['split']
  /** Hash of the backbone's tensors, of the first run that finished. */
  readonly weights?: Facts['weights']
  /** Records of the earlier parts of a comparison that was resumed, the first part first. */
  readonly earlier?: readonly object[]
}

/** Records all that is known before a Python has started, beside the hashes of the comparison's spec.yaml. */
export async function recordMachine(
  hashes: Pick<MachineRecord, 'specification' | 'specificationParts'>,
): Promise<MachineRecord> {
  return {
    twintune: version,
    node: process.version,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    ...hashes,
    ...readHardware(),
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
