import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml'
import type { Path } from '../spec/path.js'
import { experimentSchema } from '../spec/schema.js'

// Each value is tried by itself, which takes seconds for more of them.
const mostValues = 1000

/**
 * Marks the values of a complete specification that it would have without naming them, each by a comment behind it.
 *
 * @param specification - YAML text, as a comparison's folder holds it; one that is no specification comes back unchanged.
 */
export function markDefaults(specification: string): string {
  const document = parseDocument(specification)
  const whole = parse(document)
  if (whole === null) return specification
  const paths = pathsOfValues(document)
  if (paths.length > mostValues) return specification
  for (const path of paths) {
    const without = document.clone() as Document
    without.deleteIn(path)
    const value = document.getIn(path, true)
    if (isSeq(value)) value.flow = true
    if (isNode(value) && isDeepStrictEqual(parse(without), whole)) value.comment = ' default'
  }
  return document.toString({ lineWidth: 0 })
}

function parse(document: Document): unknown {
  if (document.errors.length > 0) return null
  try {
    return experimentSchema.parse(document.toJS())
  } catch {
    // The text may be no specification, or one that fills the memory by its aliases.
    return null
  }
}

// A list of plain values counts as one value.
function pathsOfValues(document: Document, path: Path = []): Path[] {
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (isMap(node))
    return node.items.flatMap(({ key }) =>
      pathsOfValues(document, [...path, String(isScalar(key) ? key.value : key)]),
    )
  if (isSeq(node) && node.items.some((item) => isMap(item)))
    return node.items.flatMap((_, index) => pathsOfValues(document, [...path, index]))
  return [path]
}
