import { expect, it } from 'vitest'
import { overridesOf } from '../../src/cli/carry-out-and-log.js'

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
