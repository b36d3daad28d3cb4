import { afterEach, describe, expect, it, vi } from 'vitest'
import { asCalled, calledAs } from '../src/called-as.js'
import { runProgram } from '../src/cli/program.js'
import { writeData, writeLine } from '../src/log/output.js'
import { createStyle } from '../src/report/style.js'
import { renderProse } from '../src/report/table.js'

describe('a hint names twintune as it was called', () => {
  const call = { env: { PATH: '/usr/bin:/opt/bin' }, folder: '/home/ann/pets' }
  const npx = (command: string) => ({ ...call.env, npm_command: command })
  it.each([
    { how: 'by npx', script: '/home/ann/pets/node_modules/.bin/twintune', env: npx('exec') },
    {
      how: 'by a script of a package',
      script: '/home/ann/node_modules/.bin/twintune',
      env: npx('run-script'),
    },
    {
      how: 'by npx from its cache',
      script: '/home/ann/.npm/_npx/1/node_modules/.bin/twintune',
      env: npx('exec'),
    },
    { how: 'by the path of its link', script: '/home/ann/pets/node_modules/.bin/twintune' },
    { how: 'by pnpm', script: '/home/ann/pets/node_modules/.pnpm/t@1/node_modules/twintune/dist/main.js' },
  ])('npx twintune: $how', ({ how: _, ...given }) => {
    expect(calledAs({ ...call, ...given })).toBe('npx twintune')
  })

  it.each([
    { how: 'a link on the path', script: '/opt/bin/twintune', as: 'twintune' },
    {
      how: 'a link on the path, in a script',
      script: '/opt/bin/twintune',
      env: npx('run-script'),
      as: 'twintune',
    },
    { how: 'a link elsewhere', script: '/home/bob/bin/twintune', as: '/home/bob/bin/twintune' },
    { how: 'a link here', script: '/home/ann/pets/twintune', as: './twintune' },
    { how: 'the bundle in a checkout', script: '/home/ann/pets/dist/main.js', as: 'node dist/main.js' },
    { how: 'the bundle elsewhere', script: '/my code/dist/main.js', as: "node '/my code/dist/main.js'" },
    { how: 'a program that uses the API', script: '/home/ann/pets/program.ts', as: 'twintune' },
  ])('$as: $how', ({ how: _, as, ...given }) => {
    expect(calledAs({ ...call, ...given })).toBe(as)
  })
})

describe('asCalled', () => {
  const [, script = ''] = process.argv
  afterEach(() => {
    process.argv[1] = script
    vi.unstubAllEnvs()
  })

  it('puts npx before each command that a text names, and once alone', () => {
    process.argv[1] = '/home/ann/node_modules/.bin/twintune'
    vi.stubEnv('npm_command', 'exec')
    const text =
      'Run `twintune resume runs/a`, or start again with twintune compare. twintune --help says more.'
    const called =
      'Run `npx twintune resume runs/a`, or start again with npx twintune compare. npx twintune --help says more.'
    expect(asCalled(text)).toBe(called)
    expect(asCalled(called)).toBe(called)
  })

  it.each([
    'This version of twintune cannot read it: twintune needs Python.',
    'No twintune reports here.',
    '/data/twintune data/a.jpg, twintune data/a.jpg and twintune data.csv',
  ])('leaves what is no command as it is: %s', (text) => {
    process.argv[1] = '/home/ann/pets/dist/main.js'
    expect(asCalled(text)).toBe(text)
  })

  it('is what people read, in lines and in tables, and programs get the text as it is', () => {
    process.argv[1] = '/checkout/dist/main.js'
    const printed: string[] = []
    const stream = { write: (text: string) => printed.push(text) }
    writeLine(stream, 'twintune list')
    writeData(stream, 'twintune list')
    expect(printed).toEqual(['node /checkout/dist/main.js list\n', 'twintune list\n'])
    const narrow = createStyle({ color: false, columns: 40 })
    expect(renderProse('Look at them with twintune list', narrow)).toBe(
      '  Look at them with node\n  /checkout/dist/main.js list',
    )
  })

  it('knows every command', async () => {
    process.argv[1] = '/checkout/dist/main.js'
    let help = ''
    const stdout = { write: (text: string) => (help += text) }
    const { signal } = new AbortController()
    const context = {
      stdout() {},
      stderr() {},
      streams: { stdout, stderr: stdout },
      env: {},
      cwd: '/',
      signal,
    }
    await runProgram(['--help'], context)
    const commands = [...help.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map(([, name]) => name)
    expect(commands).toContain('compare')
    for (const name of commands)
      expect(asCalled(`twintune ${name} x`)).toBe(`node /checkout/dist/main.js ${name} x`)
  })
})
