import { expect, it } from 'vitest'
import { workerEnvironment } from '../../src/worker/environment.js'

it('keeps what a worker inherits and puts what is given before it', () => {
  const environment = workerEnvironment(
    'python3',
    { PATH: '/bin', CUDA_VISIBLE_DEVICES: '0' },
    { CUDA_VISIBLE_DEVICES: '1' },
  )
  expect(environment).toMatchObject({ PATH: '/bin', CUDA_VISIBLE_DEVICES: '1', PYTHON_BIN: 'python3' })
})

it('has OpenMP threads wait without long spins, unless the user says how they wait', () => {
  expect(workerEnvironment('python3', {})).toMatchObject({ GOMP_SPINCOUNT: '1000' })
  expect(workerEnvironment('python3', { GOMP_SPINCOUNT: '7' })).toMatchObject({ GOMP_SPINCOUNT: '7' })
  expect(workerEnvironment('python3', { OMP_WAIT_POLICY: 'ACTIVE' })).not.toHaveProperty('GOMP_SPINCOUNT')
})

it.each(['DEBUG', 'DEBUG_COLORS', 'PYTHONPATH', 'PYTHONHOME', 'PYTHONSAFEPATH', 'PYTHONINSPECT'])(
  'lets no %s through, inherited or given',
  (name) => {
    expect(workerEnvironment('python3', { [name]: '1' }, { [name]: '1' })).not.toHaveProperty(name)
  },
)
