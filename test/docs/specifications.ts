import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { isMapping } from '../../src/spec/path.js'
import { codeBlocksOf } from './pages.js'

/** A specification that a page shows. */
export interface ShownSpecification {
  readonly place: string
  readonly name: string
  readonly specification: Readonly<Record<string, unknown>>
}

// What a page leaves out where it shows a part of a specification.
const missingParts = {
  name: 'part',
  dataset: { source: 'imagefolder', train: 'train' },
  model: { backbone: 'efficientnet_lite0' },
}

/** The specifications that the pages show, each made whole, without the blocks that a comment keeps out. */
export function specificationsOf(pages: readonly string[]): ShownSpecification[] {
  return pages
    .flatMap(codeBlocksOf)
    .filter(({ language, comment }) => language === 'yaml' && comment === undefined)
    .map(({ place, text }) => {
      const shown: unknown = parse(text)
      if (!isMapping(shown)) throw new Error(`${place}: not a mapping`)
      const specification = { ...missingParts, ...shown }
      return { place, name: String(specification.name), specification }
    })
}

/** Writes a specification as `NAME.yaml` and returns its path. */
export function writeSpecification(folder: string, name: string, specification: unknown): string {
  const file = path.join(folder, `${name}.yaml`)
  writeFileSync(file, stringify(specification))
  return file
}
