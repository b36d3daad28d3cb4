import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa, execaSync } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCheckout } from '../checkout.js'

const root = path.resolve(import.meta.dirname, '../..')

// What a stranger does, with nothing there but Node, npm and a Python: gigabytes are installed.
describe('the package in an empty folder', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'twintune-installation-'))
  const project = path.join(folder, 'project')
  const checkout = path.join(folder, 'checkout')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs the installed command by npx; `node` names a version of npm's package `node`, which brings the binary. */
  function twintune(args: readonly string[], node: string | null = null) {
    const { TWINTUNE_PYTHON: _, ...env } = process.env
    const main = path.join(project, 'node_modules/twintune/dist/main.js')
    const command =
      node === null
        ? ['--no-install', 'twintune', ...args]
        : ['--yes', '--package', `node@${node}`, '--', 'node', main, ...args]
    return execa('npx', command, {
      cwd: project,
      env: { ...env, TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
      extendEnv: false,
      reject: false,
    })
  }

  beforeAll(() => {
    execaSync(path.join(root, '.venv/bin/python'), [
      path.join(root, 'test/python/pictures.py'),
      path.join(project, 'pictures'),
    ])
    makeCheckout(checkout)
    execaSync('npm', ['pack', '--pack-destination', folder], { cwd: checkout })
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? ''
    execaSync('npm', ['install', '--prefer-offline', path.join(folder, tarball)], { cwd: project })
  })

  const quick = ['--seeds', '0', '--set', 'dataset.imageSize=33', '--set', 'training.phases.0.epochs=1']

  it('sets up its own Python, without CUDA where there is no GPU, and compares', async () => {
    const setup = await twintune(['setup'])
    expect(setup.exitCode, setup.stderr).toBe(0)
    expect(setup.stdout).toContain('PyTorch: ready')
    const packages = readdirSync(path.join(project, '.venv/lib')).map((python) =>
      path.join(project, '.venv/lib', python, 'site-packages/nvidia'),
    )
    if (setup.stderr.includes('shows no GPU')) expect(packages.filter(existsSync)).toEqual([])
    expect((await twintune(['init'])).exitCode).toBe(0)
    const compare = await twintune(['compare', 'experiment.yaml', ...quick])
    expect(compare.exitCode, compare.stderr).toBe(0)
  })

  it('is demonstrated in a fresh clone by make demo', async () => {
    const demo = await execa('make', ['demo'], {
      cwd: checkout,
      env: { TWINTUNE_PYTHON: undefined, TWINTUNE_CACHE_DIR: path.join(folder, 'cache') },
      reject: false,
    })
    expect(demo.exitCode, demo.stderr).toBe(0)
    expect(demo.stdout).toContain('Verdict')
    expect(demo.stdout).toContain('report.html')
  })

  it('completes an environment that was left by halves', async () => {
    const [python = ''] = readdirSync(path.join(project, '.venv/lib'))
    const msgspec = path.join(project, '.venv/lib', python, 'site-packages/msgspec')
    rmSync(msgspec, { recursive: true })
    expect((await twintune(['doctor'])).exitCode).toBe(5)
    const setup = await twintune(['setup'])
    expect(setup.exitCode, setup.stderr).toBe(0)
    expect(setup.stderr).toContain('msgspec')
  })

  it.each(['20', '24'])('goes through its commands under Node %s', async (node) => {
    expect((await twintune(['--version'], node)).exitCode).toBe(0)
    expect((await twintune(['setup'], node)).exitCode).toBe(0)
    expect((await twintune(['init', '--force'], node)).exitCode).toBe(0)
    const compare = await twintune(['compare', 'experiment.yaml', ...quick], node)
    expect(compare.exitCode, compare.stderr).toBe(0)
  })
})
