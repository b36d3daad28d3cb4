import { expect, it } from 'vitest'
import { z } from 'zod'
import { printShapes } from '../../scripts/print-shapes.js'

it('takes arrays that nobody may change, nested ones too, and gives those that are free to be changed', async () => {
  const schema = z.strictObject({
    seeds: z.array(z.int()).default([0]).describe('One run each.'),
    grid: z.array(z.array(z.union([z.string(), z.number()]))),
  })
  const types = await printShapes([
    { name: 'Input', schema, io: 'input', description: 'What is given.' },
    { name: 'Output', schema, io: 'output', description: 'What comes of it.' },
  ])
  const [, input = '', output = ''] = types.split(/interface /)
  expect(input).toContain('seeds?: readonly number[]')
  expect(input).toContain('grid: readonly (readonly (string | number)[])[]')
  expect(input).toContain('One run each.')
  expect(input).toContain('@default [0]')
  expect(output).toContain('seeds: number[]')
})

it('prints a union of shapes as their names, each with its fields described', async () => {
  const cat = z.strictObject({ kind: z.literal('cat'), lives: z.int().describe('Nine at most.') })
  const dog = z.strictObject({ kind: z.literal('dog') })
  const types = await printShapes([
    { name: 'Cat', schema: cat, io: 'output', description: 'It purrs.' },
    { name: 'Dog', schema: dog, io: 'output', description: undefined },
    { name: 'Pet', schema: z.discriminatedUnion('kind', [cat, dog]), io: 'output', description: undefined },
  ])
  expect(types).toContain('type Pet = Cat | Dog')
  expect(types).toContain('It purrs.')
  expect(types).toContain('Nine at most.')
})

it('describes a member of a union that has no name at its tag', async () => {
  const worker = z.strictObject({ type: z.literal('worker'), seed: z.int() }).describe('A worker starts.')
  const schema = z.discriminatedUnion('type', [worker, z.strictObject({ type: z.literal('end') })])
  const types = await printShapes([{ name: 'Event', schema, io: 'output', description: undefined }])
  expect(types).toMatch(/A worker starts\.\s+\*\/\s+type: 'worker'/)
})
