import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { findImages } from '../../src/cli/image-paths.js'

const folder = mkdtempSync(path.join(tmpdir(), 'twintune-images-'))
afterAll(() => rmSync(folder, { recursive: true }))

for (const file of [
  'a.png',
  'photo[1].jpg',
  'notes.txt',
  'deep/b.JPG',
  'deep/er/c.webp',
  'deep/.hidden.png',
  'deep/IMG_1.HEIC',
  'deep/.git/d.png',
  'empty/notes.txt',
]) {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), '')
}
symlinkSync('..', path.join(folder, 'deep/circle'))
symlinkSync('../a.png', path.join(folder, 'deep/link.png'))

describe('the images that arguments name', () => {
  it('are files as they are given, there or not, and whatever their names end with', async () => {
    expect(await found(['a.png', 'notes.txt', 'missing.png', 'photo[1].jpg'])).toEqual([
      'a.png',
      'notes.txt',
      'missing.png',
      'photo[1].jpg',
    ])
  })

  it('are all images below a folder, sorted, without hidden ones, and each once', async () => {
    expect(await found(['deep'])).toEqual(['deep/b.JPG', 'deep/er/c.webp', 'deep/link.png'])
    expect(await found([path.join(folder, 'deep')])).toEqual([
      path.join(folder, 'deep/b.JPG'),
      path.join(folder, 'deep/er/c.webp'),
      path.join(folder, 'deep/link.png'),
    ])
  })

  it('leave out other files of a folder, and name them', async () => {
    const { ignored } = await findImages(['a.png', '.'], context)
    expect(ignored).toEqual(['deep/IMG_1.HEIC', 'deep/circle', 'empty/notes.txt', 'notes.txt'])
  })

  it('are what a pattern matches', async () => {
    expect(await found(['deep/*.JPG', '*.{png,webp}', 'deep/er/*'])).toEqual([
      'deep/b.JPG',
      'a.png',
      'deep/er/c.webp',
    ])
    expect(await found([`${folder}/*.png`])).toEqual([path.join(folder, 'a.png')])
  })

  it('are the lines of stdin, for - or no argument', async () => {
    const lines = 'x y.png\r\n\n=z.png\nlast.png'
    expect(await found([], lines)).toEqual(['x y.png', '=z.png', 'last.png'])
    expect(await found(['a.png', '-'], lines)).toEqual(['a.png', 'x y.png', '=z.png', 'last.png'])
  })

  it('are refused where a search found none, which would look like success', async () => {
    await expect(found(['-'], '\n')).rejects.toThrow('No path came on stdin.')
  })

  it.each([
    [['empty'], 'DATASET_NOT_FOUND', 'The folder empty holds no image'],
    [['*.gif'], 'DATASET_NOT_FOUND', 'Nothing matches the pattern *.gif'],
    [['missing.png', 'lost.png'], 'DATASET_NOT_FOUND', 'There is no missing.png.'],
    [[], 'SPEC_INVALID', 'No image is named'],
  ])('are refused where there are none: %j', async (args, code, message) => {
    await expect(found(args)).rejects.toMatchObject({
      failure: { code, message: expect.stringContaining(message), hint: expect.stringMatching(/.+/) },
    })
  })
})

const context = { cwd: folder, signal: new AbortController().signal }

async function found(args: readonly string[], stdin?: string): Promise<string[]> {
  const withStdin = { ...context, ...(stdin !== undefined && { stdin: Readable.from([stdin]) }) }
  const images: string[] = []
  for await (const image of (await findImages(args, withStdin)).paths) images.push(image)
  return images
}
