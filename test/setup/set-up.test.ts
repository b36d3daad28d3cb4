import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { makeEnvironment, planEnvironments } from '../../src/setup/environment.js'
import { type SetUpOptions, setUp } from '../../src/setup/set-up.js'
import type { SetupStep } from '../../src/setup/step.js'
import { cpuIndex } from '../../src/setup/torch-source.js'
import { untilGone } from '../processes.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-setup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0

const cuda = ['filelock', 'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"']

interface FakePip {
  /** Requirements of the build of PyTorch that pip would take. */
  readonly torch?: readonly string[]
  /** Whether every package is there already. */
  readonly complete?: boolean
  /** Text that an installation fails with. */
  readonly failure?: string
  /** Packages that were installed by halves. */
  readonly damaged?: readonly string[]
}

/** Makes a project with an environment whose Python answers as pip would, and notes what it was asked to install. */
function projectWith(pip: FakePip) {
  made += 1
  const project = path.join(folder, String(made))
  return { project, installs: environmentWith(project, '.venv', pip) }
}

/** Makes one such environment. The function that is returned gives what it was asked to install. */
function environmentWith(
  project: string,
  name: string,
  { torch = [], complete = false, failure, damaged = [] }: FakePip,
) {
  const bin = path.join(project, name, 'bin')
  mkdirSync(bin, { recursive: true })
  const report = (requires: readonly string[]) =>
    JSON.stringify({ install: [{ metadata: { name: 'torch', version: '2.9', requires_dist: requires } }] })
  const asked = path.join(project, name, 'asked')
  writeFileSync(
    path.join(bin, 'python'),
    `#!/bin/sh
case "$*" in
  *sys.version_info*) echo 3.12 ;;
  '-m pip --version') echo pip ;;
  *damaged_packages*) echo '${JSON.stringify(damaged)}' ;;
  *--dry-run*--no-index*) ${complete ? `echo '{"install": []}'` : 'exit 1'} ;;
  *--dry-run*) echo '${report(torch)}' ;;
  *) echo "$*" >> '${asked}'
     ${failure === undefined ? 'echo Successfully installed torch-2.9 numpy-2' : `echo 'ERROR: ${failure}'; exit 1`} ;;
esac
`,
  )
  chmodSync(path.join(bin, 'python'), 0o755)
  return () => readFileSync(asked, 'utf8').trim().split('\n')
}

const silently: Omit<SetUpOptions, 'project'> = {
  python: null,
  device: 'cpu',
  torchIndex: null,
  signal: new AbortController().signal,
  onStep: () => {},
  onProgress: () => {},
}

async function run(project: string, torchIndex: string | null = null) {
  const steps: SetupStep[] = []
  await setUp({ ...silently, project, torchIndex, onStep: (step) => steps.push(step) })
  return steps
}

describe.skipIf(process.platform !== 'linux')('where PyTorch comes from without a GPU', () => {
  it("is PyTorch's index of CPU builds, where pip would take a build for CUDA", async () => {
    const { project, installs } = projectWith({ torch: cuda })
    await run(project)
    expect(installs()[1]).toMatch(`--index-url ${cpuIndex} torch>=`)
    expect(installs()[2]).toContain('requirements.txt')
  })

  it('is left to pip, where pip would take a CPU build as it is set up', async () => {
    const { project, installs } = projectWith({ torch: ['filelock'] })
    await run(project)
    expect(installs().join()).not.toContain('--index-url')
  })

  it('is what the user says', async () => {
    const own = projectWith({ torch: cuda })
    await run(own.project, 'https://mirror.example/cpu')
    expect(own.installs()[1]).toContain('--index-url https://mirror.example/cpu')
    const none = projectWith({ torch: cuda })
    await run(none.project, 'none')
    expect(none.installs().join()).not.toContain('--index-url')
  })
})

describe('setup', () => {
  it('waits for no Python that never answers, names it, and leaves none behind', async () => {
    const { project } = projectWith({})
    const python = path.join(project, 'hung')
    const pid = path.join(project, 'pid')
    writeFileSync(python, `#!/bin/sh\necho $$ > '${pid}'\nexec sleep 60\n`)
    chmodSync(python, 0o755)
    const plan = { folder: path.join(project, 'new'), frameworks: [], requirements: '', extras: [] }
    const { signal } = new AbortController()
    const error = await makeEnvironment(plan, python, signal, 1).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    )
    expect(error.failure).toMatchObject({
      code: 'INTERPRETER_UNUSABLE',
      message: `${python} has not answered within 1 s.`,
      hint: expect.stringContaining('--python'),
    })
    await untilGone(Number(readFileSync(pid, 'utf8')))
  })

  it('installs nothing where everything is there', async () => {
    const { project, installs } = projectWith({ complete: true })
    const steps = await run(project)
    expect(steps.map(({ step, state }) => [step, state])).toEqual([
      ['device', 'found'],
      ['environment', 'found'],
      ['packages', 'found'],
    ])
    expect(installs).toThrow('ENOENT')
  })

  it('names the packages that an interrupted installation has left by halves', async () => {
    const { project } = projectWith({ damaged: ['keras'] })
    const steps = await run(project)
    expect(steps.find(({ step }) => step === 'repair')?.text).toContain('keras')
    expect(steps.at(-1)?.text).toBe('2 packages installed')
  })

  it("says what pip said, where all of pip's output is, and that a second setup goes on", async () => {
    const { project } = projectWith({ failure: 'No matching distribution found for numpy' })
    const error: { failure: { code: string; message: string; hint: string } } = await run(project).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    )
    expect(error.failure).toMatchObject({
      code: 'SETUP_FAILED',
      message: expect.stringContaining('No matching distribution found for numpy'),
    })
    expect(error.failure.hint).toContain('goes on where this one ended')
    const log = path.join(project, '.venv/twintune-setup.log')
    expect(error.failure.hint).toContain(log)
    expect(readFileSync(log, 'utf8')).toContain('No matching distribution')
  })

  /** Sets a project up for a GPU, with the environments as their pips answer, and gives the failure. */
  async function failureForGpu(tensorflow: FakePip, pytorch: FakePip) {
    made += 1
    const project = path.join(folder, String(made))
    environmentWith(project, '.venv-tensorflow', tensorflow)
    const installs = environmentWith(project, '.venv-pytorch', pytorch)
    const error = await setUp({ ...silently, project, device: 'gpu' }).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    )
    return { failure: error.failure, installs }
  }

  it("completes PyTorch's environment where TensorFlow's has failed, and says which of them failed", async () => {
    const { failure, installs } = await failureForGpu({ failure: 'No space left' }, { torch: cuda })
    expect(failure.code).toBe('SETUP_FAILED')
    expect(failure.message).toMatch(/^TensorFlow: .*No space left/s)
    expect(failure.message).toContain('The environment of PyTorch is complete.')
    expect(failure.hint).toContain('.venv-tensorflow/twintune-setup.log')
    expect(installs().at(-1)).toContain('requirements-pytorch.txt')
  })

  it('names both environments where both have failed', async () => {
    const { failure } = await failureForGpu({ failure: 'No space left' }, { failure: 'No matching torch' })
    expect(failure.message).toMatch(/^TensorFlow: .*No space left.*\nPyTorch: .*No matching torch/s)
    expect(failure.hint).toContain('.venv-tensorflow/twintune-setup.log')
    expect(failure.hint).toContain('.venv-pytorch/twintune-setup.log')
  })

  it('tells a cause that both environments share once', async () => {
    const begun = setUp({
      ...silently,
      project: path.join(folder, 'none'),
      device: 'gpu',
      python: '/nowhere/py',
    })
    await expect(begun).rejects.toThrow(/^[^\n]*\/nowhere\/py is not there\.$/)
  })

  it.each([
    ['/nowhere/python3', '/nowhere/python3 is not there'],
    [folder, `${folder} does not run as Python`],
    ['true', 'true does not run as Python'],
  ])('refuses %s as Python before anything is made, and says why', async (python, why) => {
    const project = path.join(folder, 'none')
    await expect(setUp({ ...silently, project, python })).rejects.toThrow(why)
    expect(existsSync(project)).toBe(false)
  })

  it('says that a Python is not there where an environment is, and asks nobody to remove that', async () => {
    const { project } = projectWith({ complete: true })
    const begun = setUp({ ...silently, project, python: '/nowhere/python3' })
    await expect(begun).rejects.toMatchObject({
      failure: { message: expect.stringContaining('/nowhere/python3 is not there'), hint: null },
    })
  })

  it.each(['damaged_packages', '--dry-run'])(
    'that is cancelled during %s says so, and is no fault of twintune',
    async (step) => {
      const { project } = projectWith({})
      const python = path.join(project, '.venv/bin/python')
      const reached = path.join(project, 'reached')
      const answers = readFileSync(python, 'utf8').replace(
        'case "$*" in',
        `case "$*" in *${step}*) touch '${reached}'; exec sleep 60 ;; esac\ncase "$*" in`,
      )
      writeFileSync(python, answers)
      const cancelling = new AbortController()
      const begun = setUp({ ...silently, project, signal: cancelling.signal })
      const ended = expect(begun).rejects.toMatchObject({ failure: { code: 'CANCELLED' } })
      await vi.waitUntil(() => existsSync(reached), { timeout: 10_000 })
      cancelling.abort()
      await ended
    },
  )
})

describe('the environments', () => {
  it('are one for both frameworks on a CPU', () => {
    expect(planEnvironments('/pets', 'cpu')).toMatchObject([
      { folder: '/pets/.venv', frameworks: ['tensorflow', 'pytorch'], requirements: 'requirements.txt' },
    ])
  })

  it('are one for each framework on a GPU, where their CUDA packages would clash', () => {
    expect(planEnvironments('/pets', 'gpu')).toMatchObject([
      { folder: '/pets/.venv-tensorflow', frameworks: ['tensorflow'], extras: ['tensorflow[and-cuda]'] },
      { folder: '/pets/.venv-pytorch', frameworks: ['pytorch'], extras: [] },
    ])
  })
})
