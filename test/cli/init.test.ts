import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'
import { initLineSchema } from '../../src/lines/init.js'
import { loadExperiment } from '../../src/spec/load.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-init-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Makes a folder with a folder for each class, whose names are hard on YAML and on a terminal. */
function pictures(name: string): string {
  const place = path.join(folder, name)
  for (const kind of ['# cat: "tom"', "dog's\u001b[31m"]) {
    mkdirSync(path.join(place, 'my: images', kind), { recursive: true })
    writeFileSync(path.join(place, 'my: images', kind, '1.png'), '')
  }
  return place
}

async function run(cwd: string, ...args: string[]) {
  const printed = { stdout: '', stderr: '' }
  const printTo = (name: keyof typeof printed) => (text: string) => {
    printed[name] += text
  }
  const exitCode = await runProgram(args, {
    stdout: printTo('stdout'),
    stderr: printTo('stderr'),
    streams: { stdout: { write: printTo('stdout') }, stderr: { write: printTo('stderr') } },
    env: {},
    cwd,
    signal: new AbortController().signal,
  })
  return { exitCode, ...printed }
}

describe('init', () => {
  it('writes a specification that is valid as it is, beside the data', async () => {
    const place = pictures('pets at home')
    const { exitCode, stdout } = await run(folder, 'init', 'pets at home')
    expect(exitCode).toBe(0)
    expect(stdout).toContain("twintune compare 'pets at home/experiment.yaml'")
    expect(stdout).not.toContain('\u001b')
    const experiment = await loadExperiment(path.join(place, 'experiment.yaml'))
    expect(experiment.name).toBe('pets-at-home')
    expect(experiment.dataset).toMatchObject({ source: 'imagefolder', train: path.join(place, 'my: images') })
  })

  it('says that a folder is not there, and not that it is empty', async () => {
    const { exitCode, stderr } = await run(folder, 'init', 'nowhere')
    expect(exitCode).toBe(3)
    expect(stderr).toContain(`${path.join(folder, 'nowhere')} is not there.`)
  })

  it('replaces no file unless it is told to', async () => {
    const place = pictures('again')
    writeFileSync(path.join(place, 'experiment.yaml'), 'mine')
    const refused = await run(place, 'init')
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('--force') })
    expect(readFileSync(path.join(place, 'experiment.yaml'), 'utf8')).toBe('mine')
    expect((await run(place, 'init', '--force')).exitCode).toBe(0)
    expect(readFileSync(path.join(place, 'experiment.yaml'), 'utf8')).toContain('efficientnet_lite0')
  })

  it('writes the same in TypeScript', async () => {
    const place = pictures('typed')
    expect((await run(place, 'init', '--typescript')).exitCode).toBe(0)
    const text = readFileSync(path.join(place, 'experiment.ts'), 'utf8')
    expect(text).toContain("import { defineExperiment } from 'twintune'")
    expect(text).toContain("train: 'my: images',")
  })

  it('says all of it in a line of JSON', async () => {
    const { stdout } = await run(pictures('line'), 'init', '--json')
    expect(initLineSchema.parse(JSON.parse(stdout)).chosen.train.images).toBe(2)
  })

  it('ends with 3 where there are no data', async () => {
    mkdirSync(path.join(folder, 'nothing'))
    expect(await run(folder, 'init', 'nothing')).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('a folder for each class'),
    })
  })
})
