import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { FolderLock } from '../../../src/run/folder/lock.js'
import { temporaryFolder } from './rig.js'

it('says so where the folder can’t be written, and how to name another one', async () => {
  const file = path.join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const { exitCode, stdout, stderr } = await makeGpu(path.join(file, 'report'))
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^make gpu stopped, since it can't use .*ENOTDIR.*--folder FOLDER/s)
  expect(stderr).toBe('')
})

it('leaves a folder alone in which another call works', async () => {
  const folder = temporaryFolder()
  const lock = FolderLock.take(folder)
  const { exitCode, stdout } = await makeGpu(folder)
  lock.release()
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^Another call works in .*Wait for its end\./s)
})

function makeGpu(folder: string) {
  return execa('node', ['--import', 'tsx', 'scripts/gpu/main.ts', '--folder', folder], { reject: false })
}
