import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { listSweeps } from '../../src/index.js'
import { sweepListedLineSchema } from '../../src/lines/sweep.js'
import { summarizeFolders } from '../../src/sweep/listing.js'
import { compareEvents } from '../log/events.js'
import { sweepRecord } from '../report/sweep-record.js'
import { writeComparison } from '../serve/rig.js'
import { specOf, writeSweep } from './folders.js'
import { temporary } from './rig.js'

const runs = path.join(temporary, 'listed')
beforeAll(() => {
  vi.stubEnv('TWINTUNE_CACHE_DIR', path.join(temporary, 'cache'))
})
afterAll(() => {
  vi.unstubAllEnvs()
})

describe('the list of a folder', () => {
  const done = writeSweep(runs, 'pets-sweep-1')
  writeSweep(runs, 'pets-sweep-2', { sweep: null, spec: specOf('grid') })
  const [started, ...others] = compareEvents()
  if (started?.type !== 'comparison-started') throw new Error('The first event is not comparison-started.')
  writeComparison(runs, 'pets-best', [{ ...started, sweep: 'pets-sweep-1' }, ...others])
  writeComparison(runs, 'pets-plain', [started, ...others])

  it('has a sweep with its state, its strategy and its trials, and knows the comparisons of its final', async () => {
    const listed = await summarizeFolders(runs)
    expect(listed.find(({ name }) => name === 'pets-sweep-1')).toEqual({
      ...{ kind: 'sweep', name: 'pets-sweep-1', path: done, experiment: 'searching', status: 'finished' },
      ...{ startedAt: sweepRecord().startedAt, mode: 'aligned', frameworks: ['tensorflow', 'pytorch'] },
      ...{ strategy: 'optuna', sampler: 'tpe', trials: 10, ended: 10 },
    })
    const sweeps = listed.flatMap((each) => (each.kind === 'comparison' ? [[each.name, each.sweep]] : []))
    expect(sweeps.toSorted()).toEqual([
      ['pets-best', 'pets-sweep-1'],
      ['pets-plain', null],
    ])
  })

  it('says of a sweep that was killed how many of its trials have ended', async () => {
    const killed = (await summarizeFolders(runs)).find(({ name }) => name === 'pets-sweep-2')
    expect(killed).toMatchObject({
      status: 'interrupted',
      strategy: 'grid',
      sampler: null,
      trials: 10,
      ended: 3,
    })
  })

  it('is the same when it is read from its index, and follows a sweep that goes on', async () => {
    const first = await summarizeFolders(runs)
    expect(await summarizeFolders(runs)).toEqual(first)
    writeSweep(runs, 'pets-sweep-1', { sweep: sweepRecord({ status: 'running' }) })
    const changed = (await summarizeFolders(runs)).find(({ name }) => name === 'pets-sweep-1')
    expect(changed?.status).toBe('interrupted')
  })

  it('goes on beside a sweep whose files are damaged', async () => {
    writeFileSync(path.join(runs, 'pets-sweep-2', 'sweep.json'), '{}')
    rmSync(path.join(runs, 'pets-sweep-2', 'spec.yaml'))
    const damaged = (await summarizeFolders(runs)).find(({ name }) => name === 'pets-sweep-2')
    expect(damaged).toMatchObject({ status: 'unreadable', strategy: null, mode: null })
  })

  it('comes to programs with the fields of --json', async () => {
    const [first, ...rest] = await listSweeps({ runsDirectory: runs })
    expect(rest.length).toBe(1)
    expect(sweepListedLineSchema.parse({ type: 'sweep-listed', ...first }).sweepDirectory).toContain(runs)
  })
})
