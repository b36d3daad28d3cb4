import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { experimentJsonSchema } from '../../src/spec/json-schema.js'
import { loadExperiment } from '../../src/spec/load.js'
import { isMapping, setIn } from '../../src/spec/path.js'
import { isClosed } from '../closed-sentence.js'
import { smallest } from './rig.js'

const root = new URL('../../', import.meta.url)
const validate = new Ajv({ allErrors: true, strict: true }).compile(experimentJsonSchema())

describe('the JSON Schema', () => {
  it('in schema/ is current (npm run schema)', async () => {
    const committed = await readFile(new URL('schema/experiment.schema.json', root), 'utf8')
    expect(JSON.parse(committed)).toEqual(experimentJsonSchema())
  })

  it('accepts the smallest specification, and one with its schema named', () => {
    expect(validate(smallest)).toBe(true)
    expect(validate({ $schema: '../schema/experiment.schema.json', ...smallest })).toBe(true)
  })

  it('describes every field, which is what an editor shows', () => {
    const fields = fieldsOf(experimentJsonSchema())
    expect(fields.filter(({ description }) => description === undefined)).toEqual([])
  })

  it('describes each field in words that can be read alone', () => {
    const fields = fieldsOf(experimentJsonSchema())
    expect(fields.filter(({ description }) => description !== undefined && isClosed(description))).toEqual([])
  })

  it.each([
    [['seed'], 1],
    [['name'], 'a b'],
    [['dataset', 'source'], 'zip'],
    [['dataset', 'imageSize'], 8],
    [['model', 'weights'], { path: 'x' }],
    [['training'], { phases: [] }],
    [['training'], { phases: [{ optimizer: { name: 'sgd', beta1: 0.9 } }] }],
    // float32 would round it to 1.
    [['training'], { phases: [{ optimizer: { name: 'adam', beta2: 1 - 1e-8 } }] }],
    [['device'], 'cuda'],
  ])('rejects %j = %j', (path, value) => {
    expect(validate(setIn(smallest, path, value))).toBe(false)
  })
})

describe('the example', () => {
  it.each(['examples/fashion-mnist.yaml', 'examples/document-resnet50.yaml', 'examples/fine-tune.yaml'])(
    '%s is valid, and by the schema that its head names',
    async (file) => {
      const text = await readFile(new URL(file, root), 'utf8')
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schema/experiment.schema.json')
      expect(validate(parse(text))).toBe(true)
      await expect(loadExperiment(new URL(file, root).pathname)).resolves.toBeDefined()
    },
  )

  it('examples/image-folder.ts is valid', async () => {
    const { dataset } = await loadExperiment(new URL('examples/image-folder.ts', root).pathname)
    expect(dataset.source).toBe('imagefolder')
  })
})

interface Field {
  readonly place: string
  readonly description: string | undefined
}

// Every property of a schema, at whatever depth and in whichever variant of a union.
function fieldsOf(schema: unknown, parent = ''): Field[] {
  if (!isMapping(schema)) return []
  const variants = [schema.anyOf, schema.oneOf, [schema.items]].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  const fields = isMapping(schema.properties) ? Object.entries(schema.properties) : []
  return [
    ...variants.flatMap((variant) => fieldsOf(variant, parent)),
    ...fields.flatMap(([key, field]) => {
      const place = parent === '' ? key : `${parent}.${key}`
      const text = isMapping(field) ? field.description : undefined
      return [{ place, description: typeof text === 'string' ? text : undefined }, ...fieldsOf(field, place)]
    }),
  ]
}
