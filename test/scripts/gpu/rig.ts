import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { Session, type SessionOptions } from '../../../scripts/gpu/session.js'
import type { Step } from '../../../scripts/gpu/step.js'

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-gpu-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A step that runs a program of Node. */
export function stepOf(name: string, program: string, changes: Partial<Step> = {}): Step {
  return {
    name,
    purpose: `Does ${name}.`,
    command: [process.execPath, '-e', program],
    minutes: 1,
    ...changes,
  }
}

/** A call in a folder, and what it says. */
export function sessionIn(folder: string, changes: Partial<SessionOptions> = {}) {
  const said: string[] = []
  const { signal } = new AbortController()
  const say = (line: string): void => void said.push(line)
  return {
    session: new Session({
      folder,
      cwd: folder,
      commit: 'commit abc1234',
      minutes: 10,
      signal,
      say,
      ...changes,
    }),
    said,
  }
}
