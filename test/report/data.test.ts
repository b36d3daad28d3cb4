import { describe, expect, it } from 'vitest'
import { type DescribedData, renderData } from '../../src/report/data.js'

const plain = { color: false, columns: 100 }

describe('the report on data', () => {
  it('says what each split holds', () => {
    const report = renderData(data(), plain)
    expect(report).toContain('pets: 6 images of 2 classes, ready to train on')
    expect(report).toMatch(/train +5 +32, 48, 640 +32, 48, 480 +JPEG RGB 4, PNG I;16 1/)
    expect(report).toMatch(/test +1 +64 +64 +PNG P 1/)
  })

  it('shows each class in each split, and where there is none', () => {
    const report = renderData(data(), plain)
    expect(report).toMatch(/cat +3 +60\.0% +– +0\.0%/)
    expect(report).toMatch(/dog +2 +40\.0% +1 +100\.0%/)
  })

  it('counts the classes that there is no room for', () => {
    const classes = Array.from({ length: 100 }, (_, index) => `class-${index}`)
    const report = renderData(data({ classes }), plain)
    expect(report).toContain('and 60 more classes: --json lists all')
    expect(report).not.toContain('class-40')
  })

  it('names duplicates across splits and of two classes, and counts the others', () => {
    const group = (...images: [string, string, string][]) =>
      images.map(([split, label, image]) => ({ split: split as 'train' | 'test', label, image }))
    const report = renderData(
      data({
        duplicates: [
          group(['train', 'cat', '/a.png'], ['train', 'cat', '/b.png']),
          group(['train', 'dog', '/c.png'], ['test', 'dog', '/d.png']),
          group(['train', 'dog', '/e.png'], ['train', 'cat', '/f.png']),
        ],
      }),
      plain,
    )
    expect(report).toContain(
      '1 image in more than one split, 2 more than once in a split, 1 in more than one class',
    )
    expect(report).toMatch(/train +dog +\/c\.png\n +test +dog +\/d\.png/)
    expect(report).toContain('/e.png')
    expect(report).not.toContain('/a.png')
  })

  it('lists what can not be decoded, and what a run makes of it', () => {
    const unreadable = Array.from({ length: 25 }, (_, index) => ({
      image: `/${index}.jpg`,
      reason: 'the file is empty',
    }))
    const failing = renderData(data({ unreadable, usable: false }), plain)
    expect(failing).toContain("a run would fail: 25 images can't be decoded")
    expect(failing).toContain('dataset.onCorrupt=skip')
    expect(failing).toMatch(/\/19\.jpg +the file is empty\n +and 5 more images/)
    expect(renderData(data({ unreadable }), plain)).toContain('left out of every split')
  })

  it('ends with warnings', () => {
    expect(renderData(data({ warnings: ['Odd.'] }), plain)).toMatch(/Warnings\n +Odd\.$/)
  })
})

function data(changes: Partial<DescribedData> = {}): DescribedData {
  return {
    experiment: 'pets',
    usable: true,
    classes: ['cat', 'dog'],
    splits: [
      {
        name: 'train',
        images: 5,
        imagesByClass: [3, 2],
        sizes: { width: { min: 32, median: 48, max: 640 }, height: { min: 32, median: 48, max: 480 } },
        kinds: [
          { format: 'JPEG', mode: 'RGB', images: 4 },
          { format: 'PNG', mode: 'I;16', images: 1 },
        ],
      },
      {
        name: 'test',
        images: 1,
        imagesByClass: [0, 1],
        sizes: { width: { min: 64, median: 64, max: 64 }, height: { min: 64, median: 64, max: 64 } },
        kinds: [{ format: 'PNG', mode: 'P', images: 1 }],
      },
    ],
    duplicates: [],
    unreadable: [],
    warnings: [],
    ...changes,
  }
}
