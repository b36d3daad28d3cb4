import { describe, expect, it } from 'vitest'
import { TwintuneError } from '../../../src/failure.js'
import type { ExportFormat } from '../../../src/protocol/export-format.js'
import { chooseFramework } from '../../../src/run/one-off/export-formats.js'
import type { Framework } from '../../../src/spec/schema.js'

const both: readonly Framework[] = ['tensorflow', 'pytorch']

describe('the framework of an export', () => {
  it.each<[ExportFormat[], Framework | undefined, Framework]>([
    [['keras'], undefined, 'tensorflow'],
    [['torch-export', 'onnx'], undefined, 'pytorch'],
    [['onnx'], 'tensorflow', 'tensorflow'],
  ])('is the only one that gives %s, or that is named: %s', (formats, named, expected) => {
    expect(chooseFramework(formats, named, both)).toBe(expected)
  })

  it('is the only one of the comparison', () => {
    expect(chooseFramework(['onnx'], undefined, ['pytorch'])).toBe('pytorch')
  })

  it('must be named where both give the formats', () => {
    expect(failureOf(['onnx'], undefined)).toMatchObject({
      code: 'SPEC_INVALID',
      hint: expect.stringContaining('--framework'),
    })
  })

  it('is refused with the formats that it gives', () => {
    expect(failureOf(['keras', 'onnx'], 'pytorch')).toMatchObject({
      code: 'EXPORT_FORMAT_UNAVAILABLE',
      message: "PyTorch doesn't export to keras.",
      hint: 'PyTorch exports to safetensors, onnx, torch-export.',
    })
    expect(failureOf(['keras', 'torch-export'], undefined)).toMatchObject({
      code: 'EXPORT_FORMAT_UNAVAILABLE',
      message: 'Neither TensorFlow nor PyTorch exports to keras and torch-export.',
    })
  })

  it('is refused a format twice, and none', () => {
    expect(failureOf(['onnx', 'onnx'], 'pytorch')).toMatchObject({ code: 'SPEC_INVALID' })
    expect(failureOf([], 'pytorch')).toMatchObject({ code: 'SPEC_INVALID' })
  })
})

function failureOf(formats: ExportFormat[], named: Framework | undefined): unknown {
  try {
    chooseFramework(formats, named, both)
  } catch (error) {
    return error instanceof TwintuneError ? error.failure : error
  }
  return 'no failure'
}
