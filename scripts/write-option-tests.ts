// Writes docs/option-tests.md from the comments of the tests: `npm run docs`.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { findHeldOptions, optionsToHold } from './held-options.js'
import { renderOptionTests } from './option-tests-page.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const schema: unknown = JSON.parse(readFileSync(path.join(root, 'schema/experiment.schema.json'), 'utf8'))
writeFileSync(
  path.join(root, 'docs/option-tests.md'),
  renderOptionTests(optionsToHold(schema), findHeldOptions(root)),
)
