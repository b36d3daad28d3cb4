import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { stepInputSchema } from '../../src/protocol/step-input.js'
import { messages } from './messages.js'
import { wordsOf } from './words.js'

// test/python/test_protocol.py parses the same files, so that the two sides can't drift apart.
const folder = new URL('../fixtures/protocol/', import.meta.url)

describe('the protocol fixtures', () => {
  it.each(readdirSync(folder))('%s is what TypeScript sends or takes, with nothing filled in', (file) => {
    const [name, side] = file.split('.')
    const message = messages.find((candidate) => candidate.name === name)
    const content: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
    const schemas = new Map([
      ['request', message?.request],
      ['progress', message?.progress.array()],
      ['result', message?.result],
    ])
    expect(schemas.get(side ?? '')?.parse(content)).toEqual(content)
  })

  it('cover every message, its progress too', () => {
    const files = readdirSync(folder)
    for (const { name, progress } of messages) {
      expect(files).toContain(`${name}.request.json`)
      expect(files).toContain(`${name}.result.json`)
      if (!(progress instanceof z.ZodNever)) expect(files).toContain(`${name}.progress.json`)
    }
  })
})

describe('the fixed words of the protocol', () => {
  // A word that only one side knows stops the work: the other side refuses the whole message. After a change of both
  // sides `npx vitest run test/protocol -u` writes the file anew.
  it('are those that test/python/test_protocol.py finds in Python', async () => {
    const sides = messages.flatMap((message) => [
      [`${message.name}.request`, wordsOf(message.request)] as const,
      [`${message.name}.progress`, wordsOf(message.progress)] as const,
      [`${message.name}.result`, wordsOf(message.result)] as const,
    ])
    const words = Object.fromEntries(sides.filter(([, found]) => Object.keys(found).length > 0))
    await expect(`${JSON.stringify(words, null, 2)}\n`).toMatchFileSnapshot('../fixtures/protocol-words.json')
  })
})

describe('the input of training steps', () => {
  it('is pixels, features, or the activations of a stage that is named', () => {
    for (const input of ['pixels', 'features', 'activations of layer3']) {
      expect(stepInputSchema.parse(input)).toBe(input)
    }
    for (const input of ['', 'activations', 'activations of ', 'layer3']) {
      expect(stepInputSchema.safeParse(input).success, input).toBe(false)
    }
  })
})
