import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { ejectScripts } from '../../src/eject/eject.js'
import { specifications } from '../eject/specifications.js'
import { root, temporaryFolder } from './rig.js'

const folder = temporaryFolder()
const ruff = path.join(root, '.venv/bin/ruff')

it('writes scripts that ruff has nothing to say about, neither their form nor what they do', async () => {
  for (const [index, experiment] of Object.values(specifications).entries()) {
    const place = path.join(folder, String(index))
    mkdirSync(place)
    for (const [name, text] of Object.entries(ejectScripts(experiment)))
      writeFileSync(path.join(place, `${name}.py`), text)
  }
  const config = path.join(root, 'pyproject.toml')
  const options = { cwd: folder, reject: false, all: true } as const
  const formatted = await execa(ruff, ['format', '--diff', '--config', config, '.'], options)
  expect(formatted.all).toMatch(/^\d+ files already formatted$/)
  const checked = await execa(ruff, ['check', '--output-format', 'concise', '--config', config, '.'], options)
  expect(checked.all).toBe('All checks passed!')
})
