import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadExperiment } from '../../src/index.js'
import { pages } from './pages.js'
import { specificationsOf, writeSpecification } from './specifications.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a specification of README and docs', () => {
  it.each(specificationsOf(pages).map((shown) => [shown.place, shown] as const))(
    'is valid: %s',
    async (_, { name, specification }) => {
      await expect(loadExperiment(writeSpecification(folder, name, specification))).resolves.toBeDefined()
    },
  )
})
