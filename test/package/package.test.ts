import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCheckout } from '../checkout.js'

const root = path.resolve(import.meta.dirname, '../..')
const python = path.join(root, '.venv/bin/python')

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const fromCache = { npm_config_prefer_offline: 'true' }

describe('the package, packed in a fresh clone and installed elsewhere', () => {
  let folder: string
  let checkout: string
  let installed: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'twintune-package-'))
    checkout = path.join(folder, 'checkout')
    await cp(path.join(root, 'test/fixtures/package'), folder, { recursive: true })
    makeCheckout(checkout)
    await execa('npm', ['pack', '--pack-destination', folder], { cwd: checkout, env: fromCache })
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? ''
    await execa('npm', ['install', '--prefer-offline', `./${tarball}`], { cwd: folder })
    installed = path.join(folder, 'node_modules/twintune')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('holds what it needs to run, and no test, cache or map', async () => {
    const files = await readdir(installed, { recursive: true })
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/THIRD-PARTY-LICENSES.txt',
        'dist/worker-child.js',
        'python/bridge_main.py',
        'python/make-venv.sh',
        'python/twintune/backbones.json',
        'requirements.txt',
        'requirements-pytorch.txt',
        'requirements-shared.txt',
        'requirements-tensorflow.txt',
        'schema/experiment.schema.json',
      ]),
    )
    expect(files.filter((file) => /^(test|src|scripts|examples)\b|__pycache__|\.map$/.test(file))).toEqual([])
  })

  it('has types that a plain tsc accepts without those of Node or of another package', async () => {
    for (const file of ['index.d.ts', 'types.d.ts']) {
      expect(await readFile(path.join(installed, 'dist', file), 'utf8')).not.toMatch(
        /from '[^.]|\breference\b/,
      )
    }
    const { stdout } = await execa('tsc', { cwd: folder, preferLocal: true, localDir: root, reject: false })
    expect(stdout).toBe('')
  })

  it('explains each field with its default to an editor', async () => {
    const types = await readFile(path.join(installed, 'dist/types.d.ts'), 'utf8')
    const experiment = /interface ExperimentInput \{.*?\n\}/s.exec(types)?.[0]
    expect(experiment).toContain('Height and width in pixels of the square that every image becomes.')
    expect(experiment).toContain('@default 0.2')
  })

  it('validates an experiment and ends by itself', async () => {
    await execa('tsc', { cwd: folder, preferLocal: true, localDir: root })
    const { stdout } = await execa('node', ['program.js'], { cwd: folder, timeout: 20_000 })
    expect(JSON.parse(stdout)).toEqual({ batchSize: 32, path: 'model.backbone', suggestion: 'resnet50' })
  })

  it('starts no process and loads no bridge when it is imported', async () => {
    const program = `
      import { createRequire } from 'node:module'
      import 'twintune'
      const loaded = Object.keys(createRequire(import.meta.url).cache)
      console.log(JSON.stringify({ active: process.getActiveResourcesInfo(), bridge: loaded.filter((f) => /pythonia/.test(f)) }))
    `
    const { stdout } = await execa('node', ['--input-type=module', '--eval', program], { cwd: folder })
    const { active, bridge } = JSON.parse(stdout)
    expect(active).not.toContain('ProcessWrap')
    expect(bridge).toEqual([])
  })

  // Node prints the line that threw, then the error.
  it('prints an error that nobody catches in a few short lines, with the message first', async () => {
    const { stderr, exitCode } = await execa('npx', ['--no-install', 'tsx', 'uncaught.mts'], {
      cwd: folder,
      reject: false,
    })
    expect(exitCode).toBe(1)
    const lines = stderr.split('\n').filter(Boolean)
    expect(lines[3]).toMatch(/^SpecError: model\.backbone: .*did you mean 'resnet50'\?$/)
    expect(stderr.length).toBeLessThan(2000)
    for (const file of (await readdir(path.join(installed, 'dist'))).filter((name) => name.endsWith('.js'))) {
      // The browser's script throws in no terminal.
      if (file === 'served-page.js') continue
      const longest = (await readFile(path.join(installed, 'dist', file), 'utf8'))
        .split('\n')
        .reduce((most, line) => Math.max(most, line.length), 0)
      expect(longest, file).toBeLessThan(1000)
    }
  })

  it('rejects nonsense with an error of its own in each function of the API', async () => {
    const program = `
      import * as api from 'twintune'
      const { backbones, withWarmWorkers, ...functions } = api
      for (const [name, value] of Object.entries(functions)) {
        if (value.prototype instanceof Error) continue
        try {
          const given = value({ nonsense: 1 }, 42)
          if (Symbol.asyncIterator in given) for await (const _ of given);
          await given
          console.log(name, 'took it')
        } catch (error) {
          if (!(error instanceof api.TwintuneError) || error.code !== 'SPEC_INVALID') console.log(name, error)
        }
      }
    `
    const { stdout } = await execa('node', ['--input-type=module', '--eval', program], { cwd: folder })
    expect(stdout).toBe('')
  })

  it('exports the zod schemas of what it writes', async () => {
    const program = `
      import { eventSchema } from 'twintune/schemas'
      const worker = { type: 'worker', time: new Date().toISOString(), framework: 'pytorch', state: 'ready' }
      console.log(eventSchema.safeParse(worker).success, eventSchema.safeParse({ ...worker, state: 'lost' }).success)
    `
    const { stdout } = await execa('node', ['--input-type=module', '--eval', program], { cwd: folder })
    expect(stdout).toBe('true false')
  })

  it('brings the command', async () => {
    const { stdout } = await execa('twintune', ['--version'], {
      cwd: folder,
      preferLocal: true,
      localDir: folder,
    })
    expect(stdout).toBe(version)
  })

  it('is set up in its clone and linked: make setup, npm link', async () => {
    // The environment is there already: the slow tests install one.
    await symlink(path.join(root, '.venv'), path.join(checkout, '.venv'))
    await execa('make', ['setup'], { cwd: checkout })
    const prefix = path.join(folder, 'global')
    await execa('npm', ['link'], { cwd: checkout, env: { ...fromCache, npm_config_prefix: prefix } })
    const { stdout } = await execa(path.join(prefix, 'bin/twintune'), ['--version'], { cwd: folder })
    expect(stdout).toBe(version)
  })

  it('goes from a folder of images to a specification that holds: setup, init, validate', {
    timeout: 120_000,
  }, async () => {
    const project = path.join(folder, 'pets')
    await execa(python, [path.join(root, 'test/python/pictures.py'), path.join(project, 'pictures')])
    // The slow tests install an environment, and compare.
    await symlink(path.join(root, '.venv'), path.join(project, '.venv'))
    const twintune = (...args: string[]) =>
      execa('npx', ['--no-install', 'twintune', ...args], {
        cwd: project,
        env: { TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
        reject: false,
      })
    const setup = await twintune('setup', '--json')
    expect(setup.exitCode, setup.stderr).toBe(0)
    const lines = setup.stdout.split('\n').map((line) => JSON.parse(line))
    expect(lines.filter(({ type }) => type === 'setup').at(-1)).toMatchObject({ state: 'found' })
    expect(lines.filter(({ type, usable }) => type === 'doctor' && usable)).toHaveLength(2)

    const init = await twintune('init')
    expect(init.exitCode, init.stderr).toBe(0)
    expect(init.stdout).toContain('npx twintune compare experiment.yaml')

    const validate = await twintune('validate', 'experiment.yaml')
    expect(validate.exitCode, validate.stderr).toBe(0)
    const misspelt = await twintune('validate', 'experiment.yaml', '--set', 'model.backbone=resnet51')
    expect(misspelt.stdout).toContain('(`npx twintune backbones` lists them)')
  })
})
