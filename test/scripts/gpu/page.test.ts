import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readMeasured } from '../../../scripts/gpu/figures.js'
import { renderPage } from '../../../scripts/gpu/page.js'
import { type Ended, fileOf } from '../../../scripts/gpu/session.js'
import type { Outcome } from '../../../scripts/gpu/state.js'
import type { Step } from '../../../scripts/gpu/step.js'
import { stepOf, temporaryFolder } from './rig.js'

const machine = {
  date: '2026-11-28',
  commit: 'abc1234',
  rows: [['GPU 0', 'A100, 570.1']] as const,
  gpus: ['A100'],
  conditions: [],
}
const measured = {
  type: 'measured',
  group: 'Step',
  figure: 'float16: step',
  value: 12.3456,
  unit: 'ms',
  note: 'x | y',
}

describe('the page', () => {
  it('says what was done, what failed, and what was left out for what reason', () => {
    const page = pageOf([
      endedOf(stepOf('doctor', ''), { state: 'done' }),
      endedOf(stepOf('bench', ''), { state: 'failed', reason: 'exit code 1' }),
      endedOf(stepOf('verify', ''), { state: 'left out', reason: 'TensorFlow sees no GPU' }),
    ])
    expect(page).toContain('1 step done; 1 failed (bench); 1 left out (verify).')
    expect(page).toMatch(/\| verify +\| Does verify\. +\| left out: TensorFlow sees no GPU/)
    expect(page).toContain('A100, 570.1')
    expect(page).toContain('abc1234')
  })

  it('has the figures of a step as tables, with its command', () => {
    const folder = temporaryFolder()
    const step = stepOf('bench', '0', {
      command: ['python', '-m', 'bench.on_device', 'a b'],
      readFigures: readMeasured,
    })
    print(folder, step, 'stdout', `${JSON.stringify(measured)}\n`)
    const page = pageOf([endedOf(step, { state: 'done' })], folder)
    expect(page).toContain("`python -m bench.on_device 'a b'`")
    expect(page).toMatch(/\| float16: step +\| 12\.35 +\| ms +\| x \\\| y/)
    expect(page).toContain('No step failed.')
  })

  it('has a failure whole: the command, its end, and the last hundred lines of each stream', () => {
    const folder = temporaryFolder()
    const step = stepOf('verify', 'fails')
    print(folder, step, 'stderr', Array.from({ length: 150 }, (_, line) => `line ${line + 1}`).join('\n'))
    print(folder, step, 'stdout', 'x'.repeat(5000))
    const page = pageOf([endedOf(step, { state: 'timed out', reason: 'no end after 240 s' })], folder)
    expect(page).toContain('timed out, no end after 240 s')
    expect(page).toContain('The last 100 of 150 lines of its messages, steps/verify.stderr.txt:')
    expect(page).toContain('line 51\n')
    expect(page).not.toContain('line 50\n')
    expect(page).toContain('(5000 characters)')
  })

  it('says so where a step printed no figures, and has what it printed before it failed', () => {
    const folder = temporaryFolder()
    const step = stepOf('bench', '0', { readFigures: readMeasured })
    expect(pageOf([endedOf(step, { state: 'done' })], folder)).toContain(
      'No figures: the command printed no figure.',
    )
    print(folder, step, 'stdout', `${JSON.stringify(measured)}\n`)
    expect(pageOf([endedOf(step, { state: 'failed', reason: 'exit code 1' })], folder)).toContain('12.35')
  })

  it('does not take a trial on a CPU for a GPU', () => {
    const page = renderPage({
      ended: [],
      toCome: [],
      obstacles: [],
      machine,
      device: 'cpu',
      weights: 'random',
      folder: '/x',
    })
    expect(page).toContain('This is a trial without a GPU')
    expect(page).toContain('All weights are random')
  })

  it('names a refusal as what was wanted, with its words', () => {
    const folder = temporaryFolder()
    const step = stepOf('refusal', '', { refusal: { exitCode: 3, word: 'DEVICE_UNAVAILABLE' } })
    print(
      folder,
      step,
      'stderr',
      'PyTorch  ready\nfailed PyTorch: no gpu:99 (DEVICE_UNAVAILABLE)\nReport: x\n',
    )
    const page = pageOf([endedOf(step, { state: 'done' })], folder)
    expect(page).toContain('done, and refused as it should be')
    expect(page).toContain('```\nfailed PyTorch: no gpu:99 (DEVICE_UNAVAILABLE)\n```')
  })

  it('says in the table of the steps what came out of each that has ended', () => {
    const folder = temporaryFolder()
    const step = stepOf('verify', '', { readResult: (stdout) => `Rungs: ${stdout}.` })
    print(folder, step, 'stdout', '12')
    expect(pageOf([endedOf(step, { state: 'done' })], folder)).toContain('| done    | Rungs: 12.')
    expect(pageOf([endedOf(step, { state: 'running' })], folder)).not.toContain('Rungs')
  })

  it('says which steps an earlier call has carried out, and at which commit where it is another one', () => {
    const earlier = { ...endedOf(stepOf('compare', ''), { commit: 'commit def5678' }), isEarlier: true }
    expect(pageOf([earlier, endedOf(stepOf('verify', ''), {})])).toMatch(
      /2026-11-28 17:00 UTC, by an earlier call at commit def5678 \|\n\| verify .*2026-11-28 17:00 UTC +\|\n/,
    )
  })

  it('says of a framework without a GPU which devices it sees, above all figures', () => {
    const page = pageOf([], '/x', [], ['PyTorch sees no GPU (its devices: cpu; its build: CPU build)'])
    expect(page).toMatch(/its build: CPU build\)\. The steps that need it are left out\..*## Machine/s)
  })

  it('names the steps that are still to come, for a call that is killed leaves such a page', () => {
    const page = pageOf([endedOf(stepOf('doctor', ''), {})], '/x', [stepOf('verify', '')])
    expect(page).toContain(
      '1 step done; none failed; 1 not yet carried out: make gpu goes on with them (verify)',
    )
    expect(page).toMatch(/\| verify +\| Does verify\. +\| not yet carried out \|/)
  })
})

function pageOf(
  ended: readonly Ended[],
  folder = '/x',
  toCome: readonly Step[] = [],
  obstacles: readonly string[] = [],
): string {
  return renderPage({ ended, toCome, obstacles, machine, device: 'gpu', weights: 'imagenet', folder })
}

function endedOf(step: Step, changes: Partial<Outcome>): Ended {
  const outcome = {
    key: 'a',
    reason: null,
    exitCode: null,
    startedAt: '2026-11-28T17:00:00.000Z',
    seconds: 3,
    commit: 'abc1234',
  }
  return { step, outcome: { ...outcome, state: 'done', ...changes }, isEarlier: false }
}

function print(folder: string, step: Step, kind: 'stdout' | 'stderr', text: string): void {
  mkdirSync(`${folder}/steps`, { recursive: true })
  writeFileSync(fileOf(folder, step, kind), text)
}
