import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { untilGone } from '../../processes.js'
import { sessionIn, stepOf, temporaryFolder } from './rig.js'

const conditions = ['commit a', 'torch 2.13']
const count = "require('node:fs').appendFileSync('count', 'x')"
const countIn = (folder: string): number => readFileSync(path.join(folder, 'count'), 'utf8').length

describe('a step', () => {
  it('that is done is not done again, by the same call or by a later one', async () => {
    const folder = temporaryFolder()
    const step = stepOf('once', count)
    await sessionIn(folder).session.carryOut(step, conditions)
    const { session } = sessionIn(folder)
    expect(await session.carryOut(step, conditions)).toMatchObject({ state: 'done', exitCode: 0 })
    expect(session.ended).toMatchObject([{ isEarlier: true }])
    expect(countIn(folder)).toBe(1)
  })

  it.each([
    ['its conditions', stepOf('again', count), ['commit b', 'torch 2.13']],
    ['its command', stepOf('again', `${count};0`), conditions],
    ['its variables', stepOf('again', count, { env: { A: '1' } }), conditions],
  ])('is done again when %s have changed', async (_, changed, after) => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    await session.carryOut(stepOf('again', count), conditions)
    await session.carryOut(changed, after)
    expect(countIn(folder)).toBe(2)
  })

  it('whose output or files are gone is done again', async () => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    const file = path.join(folder, 'report.xml')
    const step = stepOf('tests', `${count}; require('node:fs').writeFileSync('report.xml', '')`, {
      leaves: [file],
    })
    await session.carryOut(step, conditions)
    await session.carryOut(step, conditions)
    expect(countIn(folder)).toBe(1)
    rmSync(file)
    await session.carryOut(step, conditions)
    expect(countIn(folder)).toBe(2)
    rmSync(session.fileOf(step, 'stdout'))
    await session.carryOut(step, conditions)
    expect(countIn(folder)).toBe(3)
  })

  it('that leaves nothing fails, and does not pass off what an earlier try has left as its own', async () => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    const leaves = [path.join(folder, 'report.xml'), path.join(folder, 'runs')]
    mkdirSync(path.join(folder, 'runs/half'), { recursive: true })
    writeFileSync(path.join(folder, 'report.xml'), 'half')
    expect(await session.carryOut(stepOf('tests', '', { leaves }), conditions)).toMatchObject({
      state: 'failed',
      reason: `it ended well and left no ${leaves[0]}`,
    })
    expect(leaves.filter(existsSync)).toEqual([])
  })

  it('that sees by itself what is there is done every time', async () => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    const step = stepOf('setup', count, { isRepeated: true })
    await session.carryOut(step, conditions)
    await session.carryOut(step, conditions)
    expect(countIn(folder)).toBe(2)
  })

  it('that fails keeps all that it printed, and is tried again by the next call', async () => {
    const folder = temporaryFolder()
    const step = stepOf(
      'broken',
      `${count}; console.log('so far'); console.error('no more'); process.exit(7)`,
    )
    const { session } = sessionIn(folder)
    expect(await session.carryOut(step, conditions)).toMatchObject({
      state: 'failed',
      reason: 'exit code 7',
      exitCode: 7,
    })
    expect(session.stdoutOf(step)).toBe('so far\n')
    expect(readFileSync(session.fileOf(step, 'stderr'), 'utf8')).toBe('no more\n')
    await sessionIn(folder).session.carryOut(step, conditions)
    expect(countIn(folder)).toBe(2)
  })

  it('whose program is missing fails, and the next one is carried out', async () => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    const missing = stepOf('missing', '', {
      command: [path.join(folder, '.venv-pytorch/bin/python'), '-m', 'x'],
    })
    expect(await session.carryOut(missing, conditions)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('ENOENT'),
    })
    expect(await session.carryOut(stepOf('next', ''), conditions)).toMatchObject({ state: 'done' })
  })

  it('that hangs is ended with all that it has started, at its own limit', async () => {
    const folder = temporaryFolder()
    const { session } = sessionIn(folder)
    const child = "const c = require('node:child_process').spawn('sleep', ['60']); console.log(c.pid)"
    const step = stepOf('hangs', `${child}; setInterval(() => {}, 1000)`, { minutes: 2 / 60 })
    expect(await session.carryOut(step, conditions)).toMatchObject({
      state: 'timed out',
      reason: 'no end after 2 s',
    })
    await untilGone(Number(session.stdoutOf(step)))
  })

  it('that can’t be carried out is left out with the reason', async () => {
    const folder = temporaryFolder()
    const { session, said } = sessionIn(folder)
    const step = stepOf('gpu', count, { leftOut: 'TensorFlow sees no GPU' })
    expect(await session.carryOut(step, conditions)).toMatchObject({
      state: 'left out',
      reason: 'TensorFlow sees no GPU',
    })
    expect(existsSync(path.join(folder, 'count'))).toBe(false)
    expect(said).toEqual(['gpu: left out (TensorFlow sees no GPU)'])
  })

  it.each([
    ['its own minutes where nothing is known of the steps after it', 10, undefined, 'at most 2 min'],
    ['its own minutes where the steps after it need all others', 10, 9, 'at most 2 min'],
    ['what the steps after it leave', 10, 7, 'at most 3 min'],
    ['no more than twice its own minutes', 10, 0, 'at most 4 min'],
    ['no more than is left', 1.5, 0, 'at most 2 min'],
  ])('may take %s', async (_, minutes, later, limit) => {
    const { session, said } = sessionIn(temporaryFolder(), { minutes })
    await session.carryOut(stepOf('any', '', { minutes: 2 }), conditions, later)
    expect(said[0]).toContain(limit)
  })

  it('for which no time is left is left out, and a later call carries it out', async () => {
    const folder = temporaryFolder()
    const step = stepOf('late', count)
    expect(await sessionIn(folder, { minutes: 0 }).session.carryOut(step, conditions)).toMatchObject({
      state: 'left out',
      reason: expect.stringContaining('the next call'),
    })
    expect(await sessionIn(folder).session.carryOut(step, conditions)).toMatchObject({ state: 'done' })
  })
})

describe('a refusal', () => {
  const refusal = { exitCode: 3, word: 'DEVICE_UNAVAILABLE' }

  it.each([
    ['as it should be is done', "console.error('DEVICE_UNAVAILABLE'); process.exit(3)", 'done', null],
    [
      'in other words is a failure',
      'process.exit(3)',
      'failed',
      'it was refused without the word DEVICE_UNAVAILABLE',
    ],
    ['that does not come is a failure', '', 'failed', 'exit code 0, where 3 was to come'],
  ])('%s', async (_, program, state, reason) => {
    const { session } = sessionIn(temporaryFolder())
    expect(await session.carryOut(stepOf('refused', program, { refusal }), conditions)).toMatchObject({
      state,
      reason,
    })
  })
})
