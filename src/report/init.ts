import { type Candidate, imagesOf } from '../init/candidate.js'
import type { InitLine } from '../lines/init.js'
import { formatCount, formatNumberOf } from './format.js'
import { createStyle, type RenderOptions } from './style.js'

const mostClasses = 8

/**
 * Renders what `init` found and wrote for people.
 *
 * @param file - Path of the specification as the user would write it.
 * @param commands - Commands that come next, in this order.
 */
export function renderInit(
  { chosen, others, remarks }: InitLine,
  file: string,
  commands: readonly string[],
  options: RenderOptions,
): string {
  const { bold } = createStyle(options).colors
  const { train, validation, test, classes } = chosen
  const shown = classes.slice(0, mostClasses).join(', ')
  const rest = classes.length > mostClasses ? `, and ${formatCount(classes.length - mostClasses)} more` : ''
  const split = (name: string, part: Candidate['test'], absence: string) =>
    `  ${name.padEnd(12)}${part ? `${formatNumberOf(part.images, 'image')} in ${part.path || 'this folder'}` : absence}`
  return [
    `${bold(describe(chosen))}`,
    split('training', train, ''),
    split('validation', validation, 'a fifth of the training images is set apart'),
    split('test', test, 'a fifth of the training images is set apart'),
    `  ${'classes'.padEnd(12)}${shown}${rest}`,
    ...[...chosen.remarks, ...remarks].map((remark) => `  note        ${remark}`),
    ...(others.length === 0
      ? []
      : [
          'Other data here, which --data takes instead:',
          ...others.map((other) => `  --data ${other.train.path || '.'}: ${describe(other)}`),
        ]),
    '',
    `Wrote ${file}. Next:`,
    ...commands.map((command) => `  ${command}`),
  ].join('\n')
}

const kinds = { imagefolder: 'folders of images', csv: 'a CSV file', parquet: 'parquet' }

function describe(candidate: Candidate): string {
  return `${formatNumberOf(imagesOf(candidate), 'image')} of ${formatCount(candidate.classes.length)} classes, as ${kinds[candidate.source]}`
}
