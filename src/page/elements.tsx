import type { ComponentChildren } from 'preact'
import { frameworkNames } from '../framework-names.js'
import type { Framework } from '../spec/schema.js'
import { looks } from './charts/theme.js'

// Elements that several sections of the page are made of.

/** Chart with its title and a note under it. A reader who can't see it has the tables. */
export function Chart({
  title,
  note,
  svg,
}: {
  readonly title: string
  readonly note?: ComponentChildren
  readonly svg: string
}) {
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> {note}
      </figcaption>
      <div class="chart" role="img" aria-label={title} dangerouslySetInnerHTML={{ __html: svg }} />
    </figure>
  )
}

/** Names of the frameworks with the points that stand for them. */
export function FrameworkKey({ frameworks }: { readonly frameworks: readonly Framework[] }) {
  return (
    <span class="key">
      {frameworks.map((framework) => (
        <span key={framework}>
          <span class={framework} aria-hidden="true">
            {looks[framework].mark}
          </span>{' '}
          {frameworkNames[framework]}{' '}
        </span>
      ))}
    </span>
  )
}

/** Table whose first cells name their rows; figures stand to the right. It scrolls by itself on a narrow screen. */
export function Table({
  label,
  head,
  rows,
}: {
  /** Name of the table for those who can't see where it stands. */
  readonly label: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], row) => (
            <tr key={row}>
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
