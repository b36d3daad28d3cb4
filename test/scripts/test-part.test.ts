import { expect, it } from 'vitest'
import { check, runLane } from '../../scripts/test-part.js'

const failed = { passed: 0, failed: 1, skipped: 0 }

it('each part runs, and each that fails is counted', async () => {
  const outcomes = await runLane([
    check('false'),
    check('sh', '-c', 'kill -9 $$'),
    check('no-such-command'),
    check('true'),
  ])
  expect(outcomes.map(({ counts }) => counts)).toEqual([
    failed,
    failed,
    failed,
    { passed: 1, failed: 0, skipped: 0 },
  ])
})

it('a test runner that leaves no report has failed', async () => {
  const readReport = () => {
    throw new Error('there is no such file')
  }
  const [outcome] = await runLane([{ command: ['true'], readReport }])
  expect(outcome?.counts).toEqual(failed)
})

it('a process that a part leaks ends with it, and keeps nobody waiting', { timeout: 20_000 }, async () => {
  const [outcome] = await runLane([check('sh', '-c', 'sleep 60 & exit 0')])
  expect(outcome?.counts.passed).toBe(1)
})
