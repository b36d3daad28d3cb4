import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startTwintune, temporaryFolder } from './rig.js'

const folder = temporaryFolder()

describe('doctor', () => {
  it('shows what each framework has', async () => {
    const { exitCode, stdout } = await startTwintune(['doctor', '--json'], folder)
    expect(exitCode).toBe(0)
    const reports = stdout.split('\n').map((line) => JSON.parse(line))
    for (const [framework, version] of [
      ['tensorflow', /^2\./],
      ['pytorch', /^2\./],
    ] as const) {
      const report = reports.find((candidate) => candidate.framework === framework)
      const versions = report?.versions ?? report?.inspection?.versions
      expect(versions?.[framework === 'pytorch' ? 'torch' : 'tensorflow']).toMatch(version)
      expect(JSON.stringify(report)).toContain('"cpu"')
    }
  })

  it('exits with 5 and says what to do about an interpreter that is not there', async () => {
    const { exitCode, stdout } = await startTwintune(['doctor'], folder, {
      TWINTUNE_PYTHON_TENSORFLOW: path.join(folder, 'nowhere/python'),
    })
    expect(exitCode).toBe(5)
    expect(stdout).toContain('nowhere/python')
    expect(stdout).toContain('make setup')
  })

  it('leaves the log that it points to', async () => {
    const crashing = path.join(folder, 'crashing')
    writeFileSync(crashing, '#!/bin/sh\nkill -SEGV $$\n', { mode: 0o755 })
    const env = { TWINTUNE_PYTHON: crashing, TMPDIR: folder }
    const { stdout } = await startTwintune(['doctor', '--json'], folder, env)
    const [log] = stdout.match(/[^\s"]+\.log/) ?? []
    expect(existsSync(log ?? '')).toBe(true)
  })
})
