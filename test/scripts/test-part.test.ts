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
  expect(outcomes.map(({ failures }) => failures)).toEqual([
    ['false'],
    ['sh -c kill -9 $$'],
    ['no-such-command'],
    [],
  ])
})

it('each test that fails is named, and the runner itself where one of its files could not be loaded', async () => {
  const tests = [
    { name: 'a', outcome: 'failed' as const, seconds: 0 },
    { name: 'b', outcome: 'passed' as const, seconds: 0 },
  ]
  const parts = [1, 2].map((failures) => ({
    command: ['false'] as const,
    readReport: () => ({ counts: { passed: 1, failed: failures, skipped: 0 }, tests }),
  }))
  expect((await runLane(parts)).map(({ failures }) => failures)).toEqual([['a'], ['false', 'a']])
})

it('a test runner that leaves no report has failed', async () => {
  const readReport = () => {
    throw new Error('there is no such file')
  }
  const [outcome] = await runLane([{ command: ['true'], readReport }])
  expect(outcome?.counts).toEqual(failed)
  expect(outcome?.failures).toEqual(['true'])
})

it('a process that a part leaks ends with it, keeps nobody waiting, and is a failure', {
  timeout: 20_000,
}, async () => {
  const [outcome] = await runLane([check('sh', '-c', 'sleep 60 & exit 0')])
  expect(outcome?.counts).toEqual({ passed: 1, failed: 1, skipped: 0 })
  expect(outcome?.failures).toEqual([expect.stringMatching(/left behind the process \d+ sleep 60$/)])
})

it('a file that a part leaves in the temporary folder is a failure', { timeout: 20_000 }, async () => {
  const [outcome] = await runLane([check('sh', '-c', 'touch $TMPDIR/a-file; mkdir $TMPDIR/pytest-of-me')])
  expect(outcome?.failures).toEqual([expect.stringContaining('left behind a-file in the temporary folder')])
})
