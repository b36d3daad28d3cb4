import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { root, startTwintune, temporaryFolder, tinyExperiment, writePictures, writeSpec } from './rig.js'

const folder = temporaryFolder()
const pictures = path.join(folder, 'pictures')
writePictures(pictures)

function writeProgram(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const experiment = JSON.stringify(tinyExperiment(folder))

describe('a command whose output nobody reads any more', () => {
  it('ends as Ctrl-C ends it, and can be resumed', async () => {
    const spec = writeSpec(folder, tinyExperiment(pictures, { seeds: [0, 1, 2] }))
    const command = startTwintune(['compare', spec, '--json'], folder)
    await new Promise((resolve) => command.stdout.once('data', resolve))
    command.stdout.destroy()
    const { exitCode } = await command
    expect(exitCode).toBe(130)
    const [listed] = JSON.parse(`[${(await startTwintune(['list', '--json'], folder)).stdout}]`)
    expect(listed).toMatchObject({ status: 'cancelled' })
  })

  it('names the folder for temporary files that is not there', async () => {
    const spec = writeSpec(folder, tinyExperiment(pictures))
    const { exitCode, stderr } = await startTwintune(['data', spec], folder, { TMPDIR: '/nowhere' })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('/nowhere')
    expect(stderr).toContain('FILE_UNWRITABLE')
  })

  it('says that its working directory was deleted', async () => {
    const { exitCode, stderr } = await inShell('mkdir gone && cd gone && rmdir ../gone', ['list'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain('The working directory was deleted. (FILE_UNWRITABLE)')
  })

  it('names the limit of open files where it is too low to work with', async () => {
    const { exitCode, stdout, stderr } = await inShell('ulimit -n 64', ['list', '--json'])
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ failure: { code: 'LIMIT_REACHED' } })
    expect(stderr).toContain(
      'this process may open 64. Raise it and run the command again: `ulimit -n 1024`.',
    )
  })
})

/** Runs a command of twintune after a command of the shell, in the same process. */
function inShell(before: string, args: readonly string[]) {
  const script = `${before} && exec "$@"`
  return execa('sh', ['-c', script, 'sh', process.execPath, path.join(root, 'dist/main.js'), ...args], {
    cwd: folder,
    reject: false,
  })
}

describe('a specification that is a program', () => {
  it('prints to stderr, so that stdout stays lines of JSON', async () => {
    const file = writeProgram('prints.mjs', `console.log('HELLO'); export default ${experiment}`)
    const { stdout, stderr, exitCode } = await startTwintune(
      ['validate', file, '--json', '--no-data'],
      folder,
    )
    expect(JSON.parse(stdout)).toMatchObject({ type: 'valid' })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('HELLO')
  })

  it('does not keep the command from ending', async () => {
    const file = writeProgram('goes-on.mjs', `setInterval(() => {}, 1000); export default ${experiment}`)
    expect((await startTwintune(['validate', file, '--no-data'], folder)).exitCode).toBe(0)
  })

  it.each([
    ['it takes its time', 'await new Promise((end) => setTimeout(end, 60_000))'],
    ['it goes round for ever', 'await new Promise((end) => setTimeout(end)); for (;;);'],
  ])('can be cancelled while %s', async (_, statement) => {
    const file = writeProgram('waits.mjs', `console.log('now'); ${statement}`)
    const command = startTwintune(['validate', file], folder)
    await new Promise((resolve) => command.stderr.once('data', resolve))
    command.kill('SIGTERM')
    expect((await command).exitCode).toBe(130)
  })

  it('goes on without a terminal, as nohup wants it', async () => {
    const program = `console.log('now'); await new Promise((end) => setTimeout(end, 1000)); export default ${experiment}`
    const command = startTwintune(['validate', writeProgram('hung-up.mjs', program), '--no-data'], folder)
    await new Promise((resolve) => command.stderr.once('data', resolve))
    command.kill('SIGHUP')
    expect((await command).exitCode).toBe(0)
  })

  it('does not end the command in its place', async () => {
    const file = writeProgram('exits.mjs', 'process.exit(0)')
    const { exitCode, stdout } = await startTwintune(['validate', file], folder)
    expect(exitCode).toBe(2)
    expect(stdout).toContain('the program ended before its export could be read')
  })
})

describe('a specification that is a program and fails', () => {
  const text = "import { far } from './helper.mjs'\n\nexport default { name: far() }\n"

  it.each(['a.ts', 'a.mts', 'a.mjs'])(
    'has its own line named in %s, where another file threw',
    async (name) => {
      writeProgram('helper.mjs', "export const far = () => { throw new Error('too far') }")
      const { stdout } = await startTwintune(['validate', writeProgram(name, text)], folder)
      expect(stdout).toMatch(new RegExp(`${name}:3:\\d+: the program failed: Error: too far`))
    },
  )
})

function withInput(args: readonly string[], input: string) {
  const command = startTwintune(args, folder)
  command.stdin?.end(input)
  return command
}

describe('a specification from standard input', () => {
  const spec = { name: 'piped', dataset: { source: 'parquet', train: 'none.parquet' } }

  it.each([
    ['JSON', JSON.stringify(spec)],
    ['YAML', 'name: piped\ndataset: { source: parquet, train: none.parquet }\n'],
  ])('may be %s, and has its issues placed', async (_, input) => {
    const { stdout, exitCode } = await withInput(['validate', '-', '--json'], input)
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ file: 'standard input', path: 'model' })
  })

  it('has its paths taken from the working directory', async () => {
    const input = JSON.stringify({ ...spec, model: { backbone: 'resnet18' } })
    const { stdout, exitCode } = await withInput(['compare', '-', '--json'], input)
    expect(exitCode).toBe(3)
    expect(stdout).toContain(path.join(folder, 'none.parquet'))
  })
})

describe('what the command prints', () => {
  // More than a pipe holds.
  const issues = 1000
  const misspelt = writeProgram(
    'misspelt.json',
    JSON.stringify(Object.fromEntries(Array.from({ length: issues }, (_, number) => [`field${number}`, 0]))),
  )
  const validate = `'${process.execPath}' '${path.join(root, 'dist/main.js')}' validate '${misspelt}' --json`

  it('reaches a reader that takes its time', async () => {
    const { stdout } = await execa('sh', ['-c', `${validate} | (sleep 4; wc -lc)`])
    const [lines = 0, bytes = 0] = stdout.trim().split(/\s+/).map(Number)
    expect(lines).toBeGreaterThanOrEqual(issues)
    expect(bytes).toBeGreaterThan(2 ** 16)
  })

  it.skipIf(process.platform !== 'linux')(
    'is missed, where a disk is full (skipped where there is no /dev/full)',
    async () => {
      const { exitCode, stderr } = await execa('sh', ['-c', `${validate} > /dev/full`], { reject: false })
      expect(exitCode).toBe(3)
      expect(stderr).toContain("The output can't be written: ENOSPC")
    },
  )
})

describe('a comparison folder that can’t be made', () => {
  it.skipIf(process.platform !== 'linux')(
    'is a failure at once, also below /proc (skipped where there is none)',
    async () => {
      const spec = writeSpec(folder, tinyExperiment(pictures))
      const { exitCode, stderr } = await startTwintune(['compare', spec, '--out', '/proc/x/y'], folder)
      expect(exitCode).toBe(3)
      expect(stderr).toContain('FOLDER_UNWRITABLE')
    },
  )
})

describe('two signals in quick succession', () => {
  it('end as one does: with 130, and the folder marked', async () => {
    const spec = writeSpec(folder, tinyExperiment(pictures))
    const command = startTwintune(['compare', spec, '--out', 'twice', '--json'], folder)
    await new Promise((resolve) => command.stdout.once('data', resolve))
    command.kill('SIGINT')
    command.kill('SIGINT')
    expect((await command).exitCode).toBe(130)
    const { stdout } = await startTwintune(['list', '--out', 'twice', '--json'], folder)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' })
  })
})
