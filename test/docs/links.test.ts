import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { pages, readPage, root } from './pages.js'

describe('the links of README and docs', () => {
  it.each(pages)('lead to files and headings that are there: %s', (page) => {
    const broken = linksOf(page).filter(({ file, anchor }) => {
      if (!existsSync(path.join(root, file))) return true
      return anchor !== undefined && !anchorsOf(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('show every picture somewhere, small enough to load at once, and say what is seen in it', () => {
    const shown = new Set(pages.flatMap((page) => linksOf(page).map(({ file }) => file)))
    const made = readdirSync(path.join(root, 'docs/pictures')).map((file) => `docs/pictures/${file}`)
    expect(made.filter((file) => !shown.has(file))).toEqual([])
    const size = (file: string) => statSync(path.join(root, file)).size
    expect(made.filter((file) => size(file) > 150 * 1024)).toEqual([])
    const images = pages.flatMap((page) => readPage(page).match(/<img [^>]*>/g) ?? [])
    expect(images.filter((image) => !/ alt="[^"]{20,}"/.test(image))).toEqual([])
  })

  it('reach every page from README', () => {
    const reached = new Set(['README.md'])
    // A set hands out what is added while it is gone through.
    for (const page of reached) {
      for (const { file } of linksOf(page)) if (pages.includes(file)) reached.add(file)
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([])
  })
})

/** The links of a page to files of the project, relative to the project; pictures are links too. */
function linksOf(page: string): { file: string; anchor: string | undefined }[] {
  const links = readPage(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)
  const pictures = readPage(page).matchAll(/ (?:src|srcset)="([^"]*)"/g)
  return [...links, ...pictures].map(([, file = '', anchor]) => ({
    file: file === '' ? page : path.posix.join(path.posix.dirname(page), file),
    anchor,
  }))
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
