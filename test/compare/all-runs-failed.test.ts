import { expect, it } from 'vitest'
import { AllRunsFailedError, refuseIfAllFailed } from '../../src/compare/all-runs-failed.js'
import { TwintuneError } from '../../src/failure.js'
import { cancelledFailure, comparison, failedRun, finishedRun, lossNotFinite } from '../report/comparison.js'

const failed = [failedRun('tensorflow', 0, lossNotFinite), failedRun('pytorch', 0, lossNotFinite)]

it('a comparison of which every run failed is refused, with the failure of each', () => {
  const refuse = () => refuseIfAllFailed(comparison({ status: 'failed', runs: failed }), '/runs/pets')
  expect(refuse).toThrow(AllRunsFailedError)
  expect(refuse).toThrow(TwintuneError)
  expect(refuse).toThrow(`All 2 runs failed: ${lossNotFinite.message}`)
  expect(refuse).toThrow(
    expect.objectContaining({ runs: failed, comparisonDirectory: '/runs/pets', failure: expect.anything() }),
  )
})

it('a comparison with a run that finished is none of those, nor one that was cancelled', () => {
  const some = comparison({ status: 'failed', runs: [...failed, finishedRun('pytorch', 1)] })
  expect(() => refuseIfAllFailed(some, '/runs/pets')).not.toThrow()
  const runs = [failedRun('pytorch', 0, cancelledFailure)]
  expect(() => refuseIfAllFailed(comparison({ status: 'cancelled', runs }), '/runs/pets')).not.toThrow()
})
