import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isClosed } from '../closed-sentence.js'
import { root } from './pages.js'

const source = path.join(root, 'src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)

it('names its noun in every doc comment and every description of src/, so that each can be read alone', () => {
  const closed = files.flatMap((file) =>
    textsIn(readFileSync(path.join(source, file), 'utf8'))
      .filter(isClosed)
      .map((text) => `src/${file}: ${text}`),
  )
  expect(closed).toEqual([])
})

// The summary, `@param` and `@returns` texts of doc comments, and what zod fields are described by.
function textsIn(code: string): string[] {
  const comments = [...code.matchAll(/\/\*\*(.*?)\*\//gs)].map(([, text = '']) =>
    text.replaceAll(/^\s*\* ?/gm, ''),
  )
  const descriptions = [...code.matchAll(/\.describe\(\s*(['"`])(.*?)\1,?\s*\)/gs)].map(
    ([, , text = '']) => text,
  )
  return [...comments.flatMap(sentencesOf), ...descriptions]
}

function sentencesOf(comment: string): string[] {
  const [summary = '', ...tags] = comment.trim().split(/(?:^|\n)(?=@)/)
  return [summary, ...tags].flatMap((part) => {
    const text = part
      .replace(/^@(param \S+ -|returns|internal)\s/, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
    return text === '' || text.startsWith('@') ? [] : [text]
  })
}
