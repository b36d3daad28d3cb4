import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readTensorFile } from '../../../src/run/folder/tensor-file.js'

// Written by Python's save_sealed: logits [[1.5, -2, 0.25], [0, 3, -1]] in float32, and labels [0, 2].
const written = path.resolve(import.meta.dirname, '../../fixtures/predictions/predictions.safetensors')
const folder = mkdtempSync(path.join(tmpdir(), 'twintune-tensor-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('reads the tensors and texts that Python has sealed', () => {
  const file = readTensorFile(written)
  expect(file?.texts).toEqual({ data: 'ab12' })
  expect(file?.tensors.get('logits')).toEqual({
    shape: [2, 3],
    values: Float32Array.from([1.5, -2, 0.25, 0, 3, -1]),
  })
  expect(file?.tensors.get('labels')).toEqual({ shape: [2], values: BigInt64Array.from([0n, 2n]) })
})

it('refuses a file of which any byte was changed or cut off', () => {
  const bytes = readFileSync(written)
  const damaged = path.join(folder, 'damaged.safetensors')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    writeFileSync(damaged, changed)
    expect(() => readTensorFile(damaged), `byte ${at}`).toThrow(`${damaged} is not what was written.`)
    writeFileSync(damaged, bytes.subarray(0, at))
    expect(() => readTensorFile(damaged), `${at} bytes`).toThrow(`${damaged} is not what was written.`)
  }
})

it('tells a file that is not there from one that is damaged, and follows no link', () => {
  expect(readTensorFile(path.join(folder, 'none.safetensors'))).toBeNull()
  const link = path.join(folder, 'link.safetensors')
  symlinkSync(written, link)
  expect(() => readTensorFile(link)).toThrow('ELOOP')
})
