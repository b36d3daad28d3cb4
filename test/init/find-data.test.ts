import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { imageEndings } from '../../src/image-endings.js'
import { findData, placeOf } from '../../src/init/find-data.js'

const root = path.resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'twintune-init-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0

/** Makes a folder with empty files, or with files of a text. */
function folderWith(files: Readonly<Record<string, string>> | readonly string[]): string {
  made += 1
  const place = path.join(folder, String(made))
  const texts = Array.isArray(files) ? Object.fromEntries(files.map((file) => [file, ''])) : files
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(path.join(place, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(place, file), text as string)
  }
  return place
}

const twoClasses = (below: string) => [`${below}/cat/1.jpg`, `${below}/cat/2.JPG`, `${below}/dog/1.png`]

describe('folders of images', () => {
  it('are found with their counts and classes, wherever they lie', async () => {
    const { candidates } = await findData(folderWith(twoClasses('data/pets')), null)
    expect(candidates).toMatchObject([
      { source: 'imagefolder', train: { path: 'data/pets', images: 3 }, test: null, classes: ['cat', 'dog'] },
    ])
  })

  it.each([
    ['train', 'val', 'test'],
    ['Training', 'valid', 'Testing'],
  ])('are taken as splits where they are named so: %s, %s, %s', async (train, validation, test) => {
    const place = folderWith([
      ...twoClasses(train),
      ...twoClasses(validation),
      `${test}/cat/1.jpg`,
      `${test}/dog/2.jpg`,
    ])
    const { candidates } = await findData(place, null)
    expect(candidates).toMatchObject([
      {
        train: { path: train },
        validation: { path: validation, images: 3 },
        test: { path: test, images: 2 },
      },
    ])
  })

  it('that look like the test set of others are told of, as where a name is misspelt', async () => {
    const { remarks } = await findData(
      folderWith([...twoClasses('trian'), 'test/cat/1.jpg', 'test/dog/2.jpg']),
      null,
    )
    expect(remarks).toEqual(['test has the same classes: if it is the test set, name it in dataset.test.'])
  })

  it('leave a test out that has no classes, and say so', async () => {
    const [found] = (await findData(folderWith([...twoClasses('train'), 'test/1.jpg']), null)).candidates
    expect(found).toMatchObject({ test: null, remarks: [expect.stringContaining('test has no folder')] })
  })

  it('leave comparisons, hidden folders and those of programs out', async () => {
    const place = folderWith([
      ...[...twoClasses('.cache'), ...twoClasses('node_modules/x'), ...twoClasses('pets')],
      ...['runs/a/spec.yaml', 'runs/a/events.jsonl', 'runs/a/1.png'],
      ...['runs/b/spec.yaml', 'runs/b/events.jsonl', 'runs/b/1.png'],
    ])
    const { candidates } = await findData(place, null)
    expect(candidates.map(({ train }) => train.path)).toEqual(['pets'])
  })

  it('are known by the endings that Python takes', () => {
    const python = readFileSync(path.join(root, 'python/twintune/data/names.py'), 'utf8')
    const [, listed = ''] = /EXTENSIONS = \((.*?)\)/s.exec(python) ?? []
    expect(listed.match(/\.\w+/g)).toEqual(imageEndings)
  })
})

describe('a CSV file', () => {
  it('gives its columns, its classes, and the splits that a column names', async () => {
    const place = folderWith({
      'images/1.jpg': '',
      'images/2.jpg': '',
      'pets.csv':
        'id;file;breed;part\n1;images/1.jpg;pug;train\n2;images/2.jpg;tabby;train\n3;images/1.jpg;pug;val\n',
    })
    expect((await findData(place, null)).candidates).toMatchObject([
      {
        source: 'csv',
        train: { path: 'pets.csv', images: 2 },
        validation: { images: 1 },
        classes: ['pug', 'tabby'],
        columns: { pathColumn: 'file', labelColumn: 'breed', splitColumn: 'part' },
      },
    ])
  })

  it('is passed over with the reason where its images are not there', async () => {
    const place = folderWith({ 'pets.csv': 'path,label\n1.jpg,pug\n2.jpg,tabby\n' })
    await expect(findData(place, null)).rejects.toThrow(
      'pets.csv names images that are not there, such as 1.jpg',
    )
  })
})

describe('what can’t be trained on', () => {
  it('is said of images that lie in one folder, with the folder', async () => {
    const place = folderWith(['train/cat/1.jpg', 'train/cat/2.jpg'])
    await expect(findData(place, null)).rejects.toThrow(
      '2 images, all in train/cat, which is one class where two are needed',
    )
  })

  it('is said of a table in UTF-16, with the mend', async () => {
    const place = folderWith([])
    mkdirSync(place)
    writeFileSync(path.join(place, 'pets.csv'), '\ufeffpath,label\n1.jpg,pug\n', 'utf16le')
    await expect(findData(place, null)).rejects.toThrow('pets.csv is in UTF-16: save it as UTF-8.')
  })
})

describe('a place that is named', () => {
  it('may be a table, which alone is meant', async () => {
    const files = {
      'pets.csv': 'path,label\n1.jpg,pug\n2.jpg,tabby\n',
      '1.jpg': '',
      '2.jpg': '',
      'other.csv': 'a,b\n',
    }
    const place = folderWith(files)
    const { root: found, table } = placeOf(path.join(place, 'pets.csv'))
    expect([found, (await findData(found, table)).candidates[0].train.path]).toEqual([place, 'pets.csv'])
  })

  it('is refused where it is a file of another kind', () => {
    expect(() => placeOf(path.join(root, 'README.md'))).toThrow(
      'is no folder, and no CSV, TSV or Parquet file.',
    )
  })
})

describe('several data sets', () => {
  it('come with the most likely first, and a wish picks one', async () => {
    const place = folderWith([...twoClasses('small'), ...twoClasses('large'), 'large/cat/3.jpg'])
    const found = async (wanted: string | null) =>
      (await findData(place, wanted && path.join(place, wanted))).candidates.map(({ train }) => train.path)
    expect(await found(null)).toEqual(['large', 'small'])
    expect(await found('small')).toEqual(['small'])
  })
})

it('finds the sample of this repository in parquet, with the names of its classes', async () => {
  const { candidates } = await findData(path.join(root, 'examples/data'), null)
  expect(candidates).toMatchObject([
    {
      source: 'parquet',
      train: { path: 'train.parquet', images: 3000 },
      test: { path: 'test.parquet', images: 1000 },
      columns: { imageColumn: 'image', labelColumn: 'label' },
    },
  ])
  expect(candidates[0]?.classes).toContain('Trouser')
})

it('says what it looked for where there are no data', async () => {
  await expect(findData(folderWith(['1.jpg']), null)).rejects.toThrow('1 image, but not in a folder')
})
