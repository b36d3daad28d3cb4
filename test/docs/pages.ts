import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A fenced block of a page. */
export interface CodeBlock {
  /** Path of the page, relative to the project, and the line of the fence. */
  readonly place: string
  /** `sh`, `ts`, `yaml` and so on; empty for what a command printed. */
  readonly language: string
  readonly text: string
  /** The HTML comment above the fence; undefined where there is none. */
  readonly comment: string | undefined
}

/** The pages for readers, as paths relative to the project. */
export const pages: readonly string[] = [
  'README.md',
  'bench/README.md',
  'examples/data/README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(path.join(root, page), 'utf8')
}

/** The fenced blocks of a page, in their order. A fence begins its line, so a block inside a list isn't found. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const text = readPage(page)
  return [...text.matchAll(/^(?:<!-- (.+) -->\n\n?)?```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${page}:${text.slice(0, match.index + match[0].indexOf('```')).split('\n').length}`,
    language: match[2] ?? '',
    text: match[3] ?? '',
    comment: match[1],
  }))
}
