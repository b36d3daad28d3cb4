import { describe, expect, it } from 'vitest'
import { executorOf, overridesOf } from '../../src/cli/carry-out-and-log.js'

const options = {
  out: 'runs',
  parallel: 1,
  featureCache: true,
  set: ['training.batchSize=64'],
}

it('sets the profile that an option asks for over the specification', () => {
  expect(overridesOf({ ...options, profile: true })).toEqual(['training.batchSize=64', 'profile=true'])
})

it('leaves the specification its own profile where no option speaks of it', () => {
  expect(overridesOf(options)).toEqual(['training.batchSize=64'])
})

describe('what each run takes on a Ray cluster', () => {
  it('is refused where the runs are carried out on this machine', () => {
    expect(() => executorOf({ executor: 'local', cpus: 4 })).toThrow(
      '--cpus is for runs on a Ray cluster, and --executor local carries them out on this machine.',
    )
    expect(executorOf({ executor: 'local' })).toEqual({ name: 'local' })
    expect(executorOf({ executor: 'ray', cpus: 4 })).toMatchObject({ name: 'ray', cpus: 4 })
  })
})
