import type { DataDescription } from '../protocol/describe-data.js'
import { absent, formatCount, formatNumberOf, formatPercent } from './format.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Description of the data that `twintune data` shows. */
export type DescribedData = DataDescription & { readonly experiment: string; readonly usable: boolean }

const mostClasses = 40
const mostImages = 20

type Split = DataDescription['splits'][number]
type Group = DataDescription['duplicates'][number]

/** Renders a description of the data for people: splits, classes, duplicates and problems. */
export function renderData(data: DescribedData, options: RenderOptions): string {
  const style = createStyle(options)
  const sections = [
    title(data, style),
    splitSection(data, style),
    classSection(data, style),
    duplicateSection(data, style),
    unreadableSection(data, style),
    warningSection(data, style),
  ]
  return sections.filter((section) => section !== null).join('\n\n')
}

function title(
  { experiment, splits, classes, unreadable, usable }: DescribedData,
  { colors }: Style,
): string {
  const images = splits.reduce((sum, split) => sum + split.images, 0)
  const counts = `${formatNumberOf(images, 'image')} of ${formatCount(classes.length)} classes`
  const verdict = usable
    ? colors.green('ready to train on')
    : colors.red(`a run would fail: ${formatNumberOf(unreadable.length, 'image')} can't be decoded`)
  return `${colors.bold(experiment)}: ${counts}, ${verdict}`
}

function splitSection({ splits }: DescribedData, style: Style): string {
  const rows = splits.map((split) => [
    split.name,
    formatCount(split.images),
    spread(split.sizes.width),
    spread(split.sizes.height),
    split.kinds.map(({ format, mode, images }) => `${format} ${mode} ${formatCount(images)}`).join(', '),
  ])
  const table = renderTable(
    rows,
    {
      head: ['', 'images', 'width', 'height', 'encoded as'],
      align: ['left', 'right', 'right', 'right', 'left'],
      fold: true,
    },
    style,
  )
  return renderSection('Splits (sizes in pixels: smallest, median, largest)', table, style)
}

function spread({ min, median, max }: Split['sizes']['width']): string {
  return min === max ? formatCount(min) : `${formatCount(min)}, ${formatCount(median)}, ${formatCount(max)}`
}

function classSection({ classes, splits }: DescribedData, style: Style): string {
  const shown = classes.slice(0, mostClasses)
  const rows = shown.map((name, index) => [
    name,
    ...splits.flatMap((split) => {
      const count = split.imagesByClass[index] ?? 0
      return [count === 0 ? absent : formatCount(count), formatPercent(count / Math.max(split.images, 1), 1)]
    }),
  ])
  const table = renderTable(
    rows,
    {
      head: ['', ...splits.flatMap(({ name }) => [name, ''])],
      align: ['left', ...splits.flatMap(() => ['right', 'right'] as const)],
    },
    style,
  )
  return renderSection('Classes', withRest(table, classes.length - shown.length, 'classes'), style)
}

/** Section of the duplicates. Duplicates across splits are named; others do little harm, and are counted. */
function duplicateSection({ duplicates }: DescribedData, style: Style): string | null {
  if (duplicates.length === 0) return null
  const across = duplicates.filter(areAcrossSplits)
  const ofTwoClasses = duplicates.filter(areOfTwoClasses)
  const named = [...across, ...ofTwoClasses.filter((group) => !areAcrossSplits(group))]
  const shown = named.slice(0, mostImages)
  const counts = [
    `${formatNumberOf(across.length, 'image')} in more than one split`,
    `${formatCount(duplicates.length - across.length)} more than once in a split`,
    ...(ofTwoClasses.length > 0 ? [`${formatCount(ofTwoClasses.length)} in more than one class`] : []),
  ]
  const table = renderTable(
    shown.flatMap((group, index) => [...(index > 0 ? [[]] : []), ...group.map(memberCells)]),
    { align: ['left', 'left', 'left'] },
    style,
  )
  const body = shown.length === 0 ? [] : [withRest(table, named.length - shown.length, 'images')]
  return [style.colors.bold(`Duplicates, byte for byte: ${counts.join(', ')}`), ...body].join('\n')
}

function areAcrossSplits(group: Group): boolean {
  return new Set(group.map(({ split }) => split)).size > 1
}

function areOfTwoClasses(group: Group): boolean {
  return new Set(group.map(({ label }) => label)).size > 1
}

function memberCells({ split, label, image }: Group[number]): string[] {
  return [split, label, image]
}

function unreadableSection({ unreadable, usable }: DescribedData, style: Style): string | null {
  if (unreadable.length === 0) return null
  const rows = unreadable.slice(0, mostImages).map(({ image, reason }) => [image, reason])
  const table = renderTable(rows, { align: ['left', 'left'] }, style)
  const outcome = usable ? 'left out of every split' : 'dataset.onCorrupt=skip leaves them out of every split'
  return renderSection(
    `${formatNumberOf(unreadable.length, 'image')} can't be decoded (${outcome})`,
    withRest(table, unreadable.length - rows.length, 'images'),
    style,
  )
}

function warningSection({ warnings }: DescribedData, style: Style): string | null {
  if (warnings.length === 0) return null
  const rows = warnings.map((warning) => [warning])
  return renderSection('Warnings', renderTable(rows, { align: ['left'], fold: true }, style), style)
}

function withRest(table: string, rest: number, what: string): string {
  return rest === 0 ? table : `${table}\n  and ${formatCount(rest)} more ${what}: --json lists all`
}
