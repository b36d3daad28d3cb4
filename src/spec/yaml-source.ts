import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
import { tooDeep } from './nesting.js'
import { isMapping, type Path } from './path.js'
import { type Location, type Place, type Problem, type Source, Unreadable } from './source.js'

/**
 * Reads a specification in YAML.
 *
 * @throws Unreadable at an error of syntax, or when the text is no mapping.
 */
export function readYaml(text: string): Source {
  const tree = parseTree(text)
  const problems = tree.errors.map((error) => toProblem(tree, error))
  const fatal = tree.errors.findIndex(({ code }) => !recoverable.has(code))
  const [syntaxError] = fatal === -1 ? danglingAliases(tree) : problems.slice(fatal)
  if (syntaxError) throw new Unreadable([syntaxError])
  const value = toValue(tree.document)
  if (!isMapping(value)) throw new Unreadable([notMapping(tree, value)])
  return { value, problems, locate: (path, at) => locate(tree, path, at) }
}

/** Reads a text that is known to be JSON, which YAML contains, for the places of its values. */
export function placeJson(text: string, value: unknown): Source {
  const tree = parseTree(text)
  if (!isMapping(value)) throw new Unreadable([notMapping(tree, value)])
  const problems = tree.errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map((error) => toProblem(tree, error))
  return { value, problems, locate: (path, at) => locate(tree, path, at) }
}

interface Tree {
  readonly document: Document.Parsed
  readonly lines: LineCounter
  readonly errors: readonly YamlError[]
}

type YamlError = Document.Parsed['errors' | 'warnings'][number]

// After such an error the rest of the text can still be trusted and is checked too. An unknown tag is a warning of `yaml`.
const recoverable = new Set<string>(['DUPLICATE_KEY', 'MULTIPLE_DOCS', 'TAG_RESOLVE_FAILED'])

function parseTree(text: string): Tree {
  const lines = new LineCounter()
  // Merge keys (`<<: *anchor`) left the standard with YAML 1.2, and are what people use anchors for.
  const options = { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' } as const
  const document = parseDocument(text, options)
  return { document, lines, errors: [...document.errors, ...document.warnings] }
}

function toProblem(tree: Tree, { code, message, pos }: YamlError): Problem {
  const place = placeAt(tree, pos[0])
  // The parser calls itself for each level, until the stack is full.
  if (code === 'RESOURCE_EXHAUSTION') return { ...place, path: [], message: tooDeep }
  if (code === 'MULTIPLE_DOCS')
    return { ...place, path: [], message: 'a second document; a specification is one' }
  if (code !== 'DUPLICATE_KEY') return { ...place, path: [], message: withSmallInitial(message) }
  const path = pathOfKey(tree.document, pos[0])
  return { ...place, path, message: `duplicate key '${path.at(-1) ?? ''}'` }
}

// `yaml` finds an alias without its anchor only when the value is made, and then without its place.
function danglingAliases(tree: Tree): Problem[] {
  const problems: Problem[] = []
  visit(tree.document, {
    Alias(_, alias) {
      if (alias.resolve(tree.document) !== undefined) return
      const place = placeAt(tree, alias.range?.[0] ?? 0)
      problems.push({ ...place, path: [], message: `no anchor '${alias.source}' stands before this alias` })
    },
  })
  return problems
}

function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // Only `yaml`'s guard can still throw, against aliases of aliases that would fill the memory.
    const message = withSmallInitial(error instanceof Error ? error.message : String(error))
    throw new Unreadable([{ line: 1, column: 1, path: [], message }])
  }
}

function notMapping(tree: Tree, value: unknown): Problem {
  const place = placeAt(tree, tree.document.contents?.range[0] ?? 0)
  const found =
    value === null ? 'there is nothing' : `found a ${Array.isArray(value) ? 'list' : typeof value}`
  return { ...place, path: [], message: `expected a mapping of the specification's keys, but ${found}` }
}

function locate(tree: Tree, path: Path, at: 'key' | 'value'): Location {
  let node = resolveAlias(tree, tree.document.contents)
  let offset = node?.range?.[0] ?? 0
  for (const [depth, segment] of path.entries()) {
    const entry = entryOf(node, segment)
    if (entry === undefined) return { ...placeAt(tree, offset), depth }
    const isLast = depth === path.length - 1
    const [start, end] = entry.value?.range ?? [0, 0]
    // A value left empty has no text of its own.
    offset = (isLast && at === 'key') || start === end ? entry.keyOffset : start
    node = resolveAlias(tree, entry.value)
  }
  return { ...placeAt(tree, offset), depth: path.length }
}

interface Entry {
  readonly keyOffset: number
  readonly value: Node | null
}

function entryOf(node: Node | null, segment: string | number): Entry | undefined {
  if (isSeq<Node>(node)) {
    const value = typeof segment === 'number' ? node.items[segment] : undefined
    return value && { keyOffset: value.range?.[0] ?? 0, value }
  }
  if (!isMap<Node, Node | null>(node)) return undefined
  // When a key is given twice the last one counts, as in the value.
  const pair = node.items.findLast(({ key }) => keyText(key) === String(segment))
  return pair && { keyOffset: pair.key.range?.[0] ?? 0, value: pair.value }
}

function resolveAlias(tree: Tree, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(tree.document) ?? null) : node
}

function pathOfKey(document: Document.Parsed, offset: number): Path {
  let path: Path = []
  visit(document, {
    Pair(_, pair, ancestors) {
      if ((pair.key as Node | null)?.range?.[0] !== offset) return
      path = [...ancestors, pair].flatMap((node, index, nodes) =>
        segmentOf(node as Node | Pair, nodes[index + 1]),
      )
      return visit.BREAK
    },
  })
  return path
}

function segmentOf(node: Node | Pair, next: unknown): Path {
  if (isPair(node)) return [keyText(node.key)]
  return isSeq(node) && next !== undefined ? [node.items.indexOf(next)] : []
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value ?? '') : String(key)
}

function placeAt(tree: Tree, offset: number): Place {
  const { line, col } = tree.lines.linePos(offset)
  // An empty text has no line yet.
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function withSmallInitial(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
