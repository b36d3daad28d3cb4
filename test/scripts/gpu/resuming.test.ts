import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { stepVariable } from '../../../scripts/gpu/run-command.js'
import { isAlive, untilGone } from '../../processes.js'
import { sessionIn, stepOf, temporaryFolder } from './rig.js'

const conditions = ['commit a', 'torch 2.13']
const count = "require('node:fs').appendFileSync('count', 'x')"
const countIn = (folder: string): number => readFileSync(path.join(folder, 'count'), 'utf8').length

describe('a step of an earlier call', () => {
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

  it('says at which commit it was carried out, also when a later call finds it done at another', async () => {
    const folder = temporaryFolder()
    const step = stepOf('once', '')
    await sessionIn(folder).session.carryOut(step, conditions)
    const { session } = sessionIn(folder, { commit: 'commit def5678' })
    expect(await session.carryOut(step, conditions)).toMatchObject({ commit: 'commit abc1234' })
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
