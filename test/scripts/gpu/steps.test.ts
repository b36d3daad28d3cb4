import { describe, expect, it } from 'vitest'
import { type Diagnosis, obstaclesOf, readDiagnosis, whyUnusable } from '../../../scripts/gpu/doctor.js'
import { comparisonSteps, verificationSteps } from '../../../scripts/gpu/experiment-steps.js'
import { doctorStep, setupStep, weightsStep } from '../../../scripts/gpu/first-steps.js'
import { measuringSteps } from '../../../scripts/gpu/measuring-steps.js'
import type { Settings } from '../../../scripts/gpu/settings.js'
import type { DoctorLine } from '../../../src/lines/doctor.js'
import type { Framework } from '../../../src/spec/schema.js'

const gpu = 'gpu:0 (NVIDIA A100)'
const both = { ...examined('tensorflow', gpu), ...examined('pytorch', gpu) }
const alone = { ...examined('tensorflow'), ...examined('pytorch', gpu) }
const none = { ...examined('tensorflow'), ...examined('pytorch') }

describe('the steps on a GPU', () => {
  it('take less than an hour in all, whichever framework has a GPU', () => {
    for (const diagnosis of [both, alone, none]) {
      const steps = [setupStep('gpu', ['A100']), doctorStep(), weightsStep(), ...stepsOf(diagnosis)]
      expect(minutesOf(steps)).toBeLessThanOrEqual(58)
    }
  })

  it('have names of their own, by which they are known again', () => {
    for (const diagnosis of [both, alone, none]) {
      const names = stepsOf(diagnosis).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('ask for the GPU by name, so that no framework takes the CPU in silence', () => {
    const commands = [...comparisonSteps(settingsOf(both)), ...verificationSteps(settingsOf(both))].map(
      ({ command }) => command.join(' '),
    )
    for (const command of commands) expect(command).toMatch(/ device=gpu(:99)? /)
  })

  it('cover TF32 off and on and both half precisions, in comparisons and ladders', () => {
    expect(stepsOf(both).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['compare-float32', 'compare-bfloat16', 'compare-float16', 'compare-everything'],
        ...['compare-document-aligned', 'compare-document-idiomatic'],
        ...['verify-float32', 'verify-tf32', 'verify-bfloat16', 'verify-float16'],
        ...['tests-tensorflow', 'tests-pytorch', 'bench-tensorflow', 'bench-pytorch'],
      ]),
    )
    expect(stepsOf(both).every(({ leftOut }) => !leftOut)).toBe(true)
  })

  it('train the one framework that has a GPU, and say why what needs both is left out', () => {
    const steps = new Map(stepsOf(alone).map((step) => [step.name, step]))
    expect(steps.get('compare-float16')?.leftOut).toBe('TensorFlow sees no GPU')
    expect(obstaclesOf('gpu', alone)).toEqual([
      'TensorFlow sees no GPU (its devices: cpu; its build: CUDA 12)',
    ])
    expect(steps.get('train-float16-pytorch')).toMatchObject({
      command: expect.arrayContaining(['train', '--framework', 'pytorch', 'training.precision=float16']),
    })
    expect(steps.has('train-float16-tensorflow')).toBe(false)
    expect(steps.get('verify-float32')?.leftOut).toContain('TensorFlow sees no GPU')
    expect(steps.get('bench-tensorflow')?.leftOut).toContain('TensorFlow sees no GPU')
    expect(steps.get('bench-pytorch')?.leftOut).toBeNull()
  })

  it('leave their comparisons in folders of their own, where a reader finds which is whose', () => {
    const steps = [...comparisonSteps(settingsOf(both)), ...verificationSteps(settingsOf(both))]
    for (const { name, command, leaves } of steps) {
      expect(leaves).toEqual([`/gpu-report/runs/${name}`])
      expect(command.join(' ')).toContain(`--out /gpu-report/runs/${name}`)
    }
  })

  it('have random weights in the document’s experiment alone where none can be downloaded', () => {
    const steps = comparisonSteps({ ...settingsOf(both), weights: 'random' })
    const random = steps.filter(({ command }) => command.includes('model.weights=random'))
    expect(random.map(({ name }) => name)).toEqual(['compare-document-aligned', 'compare-document-idiomatic'])
  })

  it('of one framework depend on that one alone, so that they stay done when the other one is mended', () => {
    const ofOne = stepsOf(alone).filter(({ name }) => /^(train|tests|bench)-.*pytorch$/.test(name))
    expect(ofOne.length).toBeGreaterThan(5)
    for (const { frameworks } of ofOne) expect(frameworks).toEqual(['pytorch'])
  })

  it('download no CUDA where nvidia-smi shows no GPU', () => {
    expect(setupStep('gpu', []).leftOut).toContain('nvidia-smi shows no GPU')
    expect(setupStep('gpu', ['A100']).leftOut).toBeNull()
    expect(setupStep('cpu', []).leftOut).toBeNull()
  })

  it('are all left out where no framework has one, but the refusal of a GPU that is not there', () => {
    const steps = stepsOf(none)
    expect(steps.length).toBeGreaterThan(10)
    expect(steps.filter(({ leftOut }) => !leftOut).map(({ name }) => name)).toEqual([])
  })
})

describe('a trial on a CPU', () => {
  it('has float16, TF32 and a GPU refused, and is small', () => {
    const steps = stepsOf(none, 'cpu')
    expect(steps.filter(({ refusal }) => refusal).map(({ name, refusal }) => [name, refusal?.word])).toEqual([
      ['compare-float16', 'float16 needs a GPU'],
      ['refusal-gpu99', 'DEVICE_UNAVAILABLE'],
      ['verify-tf32', 'PERTURBATION_WITHOUT_EFFECT'],
    ])
    expect(steps.filter(({ leftOut }) => leftOut)).toEqual([])
  })
})

describe('what doctor says', () => {
  it('is read line by line, and nothing where it was ended before', () => {
    const lines = Object.values(both).map((line) => JSON.stringify(line))
    expect(readDiagnosis(`${lines.join('\n')}\n`)).toEqual(both)
    expect(readDiagnosis('')).toEqual({})
    expect(whyUnusable('pytorch', 'cpu', {})).toBe('doctor has said nothing of PyTorch')
  })

  it('is told of a framework that is not installed, in its own words', () => {
    const failure = {
      code: 'FRAMEWORK_MISSING' as const,
      message: 'There is no torch.',
      hint: null,
      cause: null,
    }
    const line = { ...examined('pytorch').pytorch, inspection: null, usable: false, failure } as DoctorLine
    expect(whyUnusable('pytorch', 'cpu', { pytorch: line })).toBe(
      "PyTorch can't be used: There is no torch. (FRAMEWORK_MISSING)",
    )
    const cancelled = { ...line, failure: { ...failure, code: 'CANCELLED' as const } }
    expect(whyUnusable('pytorch', 'cpu', { pytorch: cancelled })).toBe(
      'doctor was ended before it knew of PyTorch',
    )
  })
})

function stepsOf(diagnosis: Diagnosis, device: Settings['device'] = 'gpu') {
  const settings = settingsOf(diagnosis, device)
  return [...comparisonSteps(settings), ...measuringSteps(settings), ...verificationSteps(settings)]
}

function settingsOf(diagnosis: Diagnosis, device: Settings['device'] = 'gpu'): Settings {
  return {
    device,
    folder: '/gpu-report',
    weights: 'imagenet',
    pythonOf: (framework) => `.venv-${framework}/bin/python`,
    whyUnusable: (framework) => whyUnusable(framework, device, diagnosis),
  }
}

function minutesOf(steps: ReturnType<typeof stepsOf>): number {
  return steps.reduce((sum, { minutes, leftOut }) => sum + (leftOut ? 0 : minutes), 0)
}

function examined(framework: Framework, ...gpus: readonly string[]): Diagnosis {
  const room = { folder: '/x', freeBytes: 1, writable: true }
  const inspection = {
    python: '3.12.1',
    executable: '/x/python',
    versions: {},
    devices: ['cpu', ...gpus],
    gpuSupport: 'CUDA 12',
    processors: [0],
    memoryBytes: 1,
    availableMemoryBytes: 1,
  }
  const machine = {
    cpu: { model: 'x', count: 1, available: 1 },
    memoryBytes: 1,
    loadAverage: [0],
    freeMemoryBytes: 1,
    runs: room,
    cache: room,
  }
  const line = {
    type: 'doctor',
    usable: true,
    framework,
    interpreter: 'python',
    inspection,
    failure: null,
    machine,
  }
  return { [framework]: line as DoctorLine }
}
