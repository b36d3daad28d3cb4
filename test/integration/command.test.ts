import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startTwintune, temporaryFolder, tinyExperiment, writeSpec } from './rig.js'

const folder = temporaryFolder()

function writeProgram(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const experiment = JSON.stringify(tinyExperiment(folder))

describe('a specification that is a program', () => {
  it('prints to stderr, so that stdout stays lines of JSON', async () => {
    const file = writeProgram('prints.mjs', `console.log('HELLO'); export default ${experiment}`)
    const { stdout, stderr, exitCode } = await startTwintune(['validate', file, '--json'], folder)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
    expect(stderr).toContain('HELLO')
  })

  it('does not keep the command from ending', async () => {
    const file = writeProgram('goes-on.mjs', `setInterval(() => {}, 1000); export default ${experiment}`)
    expect((await startTwintune(['validate', file], folder)).exitCode).toBe(0)
  })

  it('does not end the command as if all were well', async () => {
    const file = writeProgram('exits.mjs', 'process.exit(0)')
    expect((await startTwintune(['validate', file], folder)).exitCode).toBe(1)
  })
})

describe('a run folder that can’t be made', () => {
  it.skipIf(process.platform !== 'linux')(
    'is a failure at once, also below /proc (skipped where there is none)',
    async () => {
      const pictures = tinyExperiment(folder, {
        dataset: { source: 'imagefolder', train: folder, test: path.dirname(folder) },
      })
      const spec = writeSpec(folder, pictures)
      const { exitCode, stderr } = await startTwintune(['compare', spec, '--out', '/proc/x/y'], folder)
      expect(exitCode).toBe(3)
      expect(stderr).toContain('RUN_FOLDER_UNWRITABLE')
    },
  )
})

describe('two signals in quick succession', () => {
  it('end as one does: with 130, and the folder marked', async () => {
    const pictures = tinyExperiment(folder, {
      dataset: { source: 'imagefolder', train: folder, test: path.dirname(folder) },
    })
    const command = startTwintune(['compare', writeSpec(folder, pictures), '--out', 'twice'], folder)
    await new Promise((resolve) => command.stderr.once('data', resolve))
    command.kill('SIGINT')
    command.kill('SIGINT')
    expect((await command).exitCode).toBe(130)
    const { stdout } = await startTwintune(['list', '--out', 'twice', '--json'], folder)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' })
  })
})
