import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.js'

/** The words that bash offers for a command line that ends with the word under the cursor. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${await scriptFor('bash')}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _twintune; printf '%s\\n' "\${COMPREPLY[@]}"`
  const printed = execFileSync('bash', ['-c', script, 'bash', 'twintune', ...words], { encoding: 'utf8' })
  return printed.split('\n').filter((word) => word !== '')
}

async function scriptFor(shell: string): Promise<string> {
  let printed = ''
  const stream = {
    write: (text: string) => {
      printed += text
    },
  }
  const exitCode = await runProgram(['completion', shell], {
    stdout: () => {},
    stderr: () => {},
    streams: { stdout: stream, stderr: stream },
    env: {},
    cwd: process.cwd(),
    signal: new AbortController().signal,
  })
  expect(exitCode, printed).toBe(0)
  return printed
}

describe('the completion of bash', () => {
  it('offers the commands, by their beginning', async () => {
    expect(await offered('comp')).toEqual(['compare', 'completion'])
  })

  it('offers the options of the command that is being written', async () => {
    expect(await offered('compare', 'pets.yaml', '--no')).toEqual(
      expect.arrayContaining(['--noise', '--no-report', '--no-code']),
    )
    expect(await offered('doctor', '--no')).toEqual([])
  })

  it('offers the values of an option, and the words that an argument may be', async () => {
    expect(await offered('train', 'pets.yaml', '--framework', '')).toEqual(['tensorflow', 'pytorch'])
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  it('offers the commands of a command', async () => {
    expect(await offered('cache', '')).toEqual(['ls', 'clear'])
    expect(await offered('cache', 'ls', '--j')).toEqual(['--json'])
  })

  it('leaves files to the shell where a specification or a folder stands', async () => {
    expect(await offered('compare', '')).toEqual([])
    expect(await offered('compare', '--out', '')).toEqual([])
    expect(await scriptFor('bash')).toContain('complete -o default')
  })
})

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  it.skipIf(spawnSync(shell, ['--version']).error !== undefined)(
    'is one that the shell can read',
    async () => {
      const { stderr, status } = spawnSync(shell, ['-n'], { input: await scriptFor(shell), encoding: 'utf8' })
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    },
  )
})
