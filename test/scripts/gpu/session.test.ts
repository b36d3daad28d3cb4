import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { stepVariable } from '../../../scripts/gpu/run-command.js'
import { isAlive, untilGone } from '../../processes.js'
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

  it('says at which commit it was carried out, also when a later call finds it done at another', async () => {
    const folder = temporaryFolder()
    const step = stepOf('once', '')
    await sessionIn(folder).session.carryOut(step, conditions)
    const { session } = sessionIn(folder, { commit: 'commit def5678' })
    expect(await session.carryOut(step, conditions)).toMatchObject({ commit: 'commit abc1234' })
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

  it('that is done and then can’t be carried out for once is found again afterwards', async () => {
    const folder = temporaryFolder()
    const step = stepOf('gpu', count)
    const leftOut = { ...step, leftOut: 'doctor has said nothing of TensorFlow' }
    await sessionIn(folder).session.carryOut(step, conditions)
    expect(await sessionIn(folder).session.carryOut(leftOut, conditions)).toMatchObject({ state: 'left out' })
    expect(await sessionIn(folder).session.carryOut(step, conditions)).toMatchObject({ state: 'done' })
    expect(countIn(folder)).toBe(1)
  })

  it('that failed before and has no time now is told of as it failed', async () => {
    const folder = temporaryFolder()
    const step = stepOf('broken', 'process.exit(7)')
    await sessionIn(folder).session.carryOut(step, conditions)
    const { session } = sessionIn(folder, { minutes: 0 })
    expect(await session.carryOut(step, conditions)).toMatchObject({ state: 'failed', reason: 'exit code 7' })
    expect(session.ended).toMatchObject([{ isEarlier: true }])
  })

  it('that has ended before is known before its turn, and not where it was broken off or its code is another', async () => {
    const folder = temporaryFolder()
    const [done, failed, broken] = [
      stepOf('done', ''),
      stepOf('failed', 'process.exit(7)'),
      stepOf('broken', 'setInterval(() => {}, 1000)'),
    ]
    const controller = new AbortController()
    const { session } = sessionIn(folder, { signal: controller.signal })
    await session.carryOut(done, conditions)
    await session.carryOut(failed, conditions)
    const breaking = session.carryOut(broken, conditions)
    controller.abort()
    await breaking
    const later = sessionIn(folder).session
    expect(later.endedBefore(done, conditions)).toMatchObject({ outcome: { state: 'done' }, isEarlier: true })
    expect(later.endedBefore(failed, conditions)).toMatchObject({ outcome: { state: 'failed' } })
    expect(later.endedBefore(broken, conditions)).toBeNull()
    expect(later.endedBefore(done, ['commit b'])).toBeNull()
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

describe('a call', () => {
  it('that is broken off ends its step, carries out none after it, and the next call goes on there', async () => {
    const folder = temporaryFolder()
    const controller = new AbortController()
    const { session } = sessionIn(folder, { signal: controller.signal })
    const waits = stepOf('waits', `${count}; if (!process.env.GO) setInterval(() => {}, 1000)`)
    const ending = session.carryOut(waits, conditions)
    await vi.waitFor(() => countIn(folder), { timeout: 10_000 })
    controller.abort()
    expect(await ending).toMatchObject({ state: 'running' })
    expect(await session.carryOut(stepOf('after', ''), conditions)).toMatchObject({ state: 'left out' })
    const later = sessionIn(folder, { env: { GO: '1' } }).session
    expect(await later.carryOut(waits, conditions)).toMatchObject({ state: 'done' })
    expect(countIn(folder)).toBe(2)
  })

  it.skipIf(process.platform !== 'linux')('ends what a killed call has left running', async () => {
    const folder = temporaryFolder()
    const outcome = {
      key: 'a',
      state: 'running',
      reason: null,
      exitCode: null,
      startedAt: new Date().toISOString(),
      commit: 'commit abc1234',
    }
    const steps = { killed: { ...outcome, seconds: 0 } }
    writeFileSync(path.join(folder, 'state.json'), JSON.stringify({ schemaVersion: 2, steps }))
    const left = sleeping(path.join(folder, 'steps/killed'))
    const other = sleeping(path.join(folder, 'steps/another'))
    await vi.waitFor(() => expect(readFileSync(`/proc/${left.pid}/environ`, 'utf8')).toContain(stepVariable))
    sessionIn(folder)
    await untilGone(left.pid)
    expect(isAlive(other.pid ?? 0)).toBe(true)
    other.kill('SIGKILL')
  })

  it('begins anew where the state is damaged', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'state.json'), '{"schemaVersion": 2, "ste')
    expect(await sessionIn(folder).session.carryOut(stepOf('any', ''), conditions)).toMatchObject({
      state: 'done',
    })
  })
})

function sleeping(place: string): ChildProcess {
  return spawn('sleep', ['60'], { env: { ...process.env, [stepVariable]: place }, stdio: 'ignore' })
}
