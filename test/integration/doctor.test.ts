import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { python, startTwintune, temporaryFolder } from './rig.js'

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
      TWINTUNE_PYTHON: path.join(folder, 'nowhere/python'),
    })
    expect(exitCode).toBe(5)
    expect(stdout).toContain('nowhere/python')
    expect(stdout).toMatch(/dist\/main\.js\s+setup/)
  })

  it('leaves the log that it points to', async () => {
    // TensorFlow's and PyTorch's Python, where either is native code that crashes.
    const modules = path.join(folder, 'modules')
    mkdirSync(modules)
    for (const name of ['tensorflow', 'torch'])
      writeFileSync(path.join(modules, `${name}.py`), 'import os; os.kill(os.getpid(), 11)')
    const crashing = path.join(folder, 'crashing')
    writeFileSync(crashing, `#!/bin/sh\nPYTHONPATH='${modules}' exec '${python}' "$@"\n`, { mode: 0o755 })
    const env = { TWINTUNE_PYTHON: crashing, TMPDIR: folder }
    const { stdout } = await startTwintune(['doctor', '--json'], folder, env)
    const logs = stdout.match(/[^\s"]+(tensorflow|pytorch)\.log/g) ?? []
    expect(logs).toHaveLength(2)
    for (const log of logs) expect(readFileSync(log, 'utf8')).toContain('Segmentation fault')
  })
})
