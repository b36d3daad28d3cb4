import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { openSweep, writeReport } from '../../src/index.js'
import { findComparisonOrSweep } from '../../src/sweep/find.js'
import { compareEvents } from '../log/events.js'
import { sweepRecord } from '../report/sweep-record.js'
import { writeComparison } from '../serve/rig.js'
import { writeSweep } from './folders.js'
import { temporary } from './rig.js'

vi.stubEnv('TWINTUNE_CACHE_DIR', path.join(temporary, 'cache'))
const runs = path.join(temporary, 'found')
const [started, ...others] = compareEvents()
if (started?.type !== 'comparison-started') throw new Error('The first event is not comparison-started.')
writeComparison(runs, 'pets-best', [{ ...started, sweep: 'pets-sweep-1' }, ...others])
writeSweep(runs, 'pets-sweep-1')

const findIn = async (named: string) => {
  const { kind, found } = await findComparisonOrSweep(named, runs)
  return [kind, found.name]
}

it('a sweep is found as a comparison is, and is the latest in the place of the comparisons of its final', async () => {
  for (const named of ['pets-sweep-1', 'pets-s', path.join(runs, 'pets-sweep-1'), 'latest'])
    expect(await findIn(named), named).toEqual(['sweep', 'pets-sweep-1'])
  expect(await findIn('pets-best')).toEqual(['comparison', 'pets-best'])
  await expect(findIn('dogs')).rejects.toMatchObject({ code: 'COMPARISON_NOT_FOUND' })
})

it('writeReport writes the report of a sweep, and openSweep reads it', async () => {
  const options = { runsDirectory: runs }
  expect(await writeReport('pets-sweep-1', options)).toBe(path.join(runs, 'pets-sweep-1/report.html'))
  expect(await openSweep('pets-sweep-1', options)).toMatchObject({ status: 'finished', sweep: sweepRecord() })
})
