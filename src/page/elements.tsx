import type { ComponentChildren } from 'preact'
import type { ContractRow } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import type { Framework } from '../spec/schema.js'
import { looks } from './charts/theme.js'

// Elements that several sections of the page are made of.

/** Chart with its title and a note under it. A reader who can't see it has the tables. */
export function Chart({
  title,
  note,
  svg,
  narrow,
}: {
  readonly title: string
  readonly note?: ComponentChildren
  readonly svg: string
  /** Drawing for a narrow screen, on which the text of `svg` would be small. */
  readonly narrow?: string
}) {
  const drawing = { role: 'img', 'aria-label': title } as const
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong> {note}
      </figcaption>
      {narrow !== undefined && (
        <div class="chart narrow" {...drawing} dangerouslySetInnerHTML={{ __html: narrow }} />
      )}
      <div class="chart wide" {...drawing} dangerouslySetInnerHTML={{ __html: svg }} />
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

/** Claim in a few words that speaks for a result or against it, or names what nobody has looked at. */
export interface Claim {
  readonly text: string
  readonly side: 'good' | 'doubt' | 'open'
}

/** Makes a claim that speaks for a result where it is good, and against it where not. */
export function claimOf(text: string, isGood: boolean): Claim {
  return { text, side: isGood ? 'good' : 'doubt' }
}

const marks = { good: '✓', doubt: '!', open: '○' } as const

/** List of claims, each marked by its side. */
export function Claims({ claims }: { readonly claims: readonly Claim[] }) {
  return (
    <ul class="trust">
      {claims.map(({ text, side }) => (
        <li key={text} class={side}>
          {marks[side]} {text}
        </li>
      ))}
    </ul>
  )
}

/** Long text below its title, folded away until it is asked for. */
export function FoldedText({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  )
}

/** Table of the rows of a fairness contract. */
export function ContractTable({
  label,
  rows,
}: {
  readonly label: string
  readonly rows: readonly ContractRow[]
}) {
  return (
    <Table
      label={label}
      texts="all"
      head={['ingredient', 'state', 'evidence']}
      rows={rows.map(({ ingredient, state, evidence }) => [
        ingredient,
        <span key="state" class={state}>
          {state}
        </span>,
        <span key="evidence" class="evidence">
          {evidence}
        </span>,
      ])}
    />
  )
}

/** Table whose first cells name their rows; figures stand to the right. It scrolls by itself on a narrow screen. */
export function Table({
  label,
  head,
  rows,
  texts = 'none',
}: {
  /** Name of the table for those who can't see where it stands. */
  readonly label: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** Columns of texts, which stand to the left. */
  readonly texts?: 'none' | 'last' | 'all'
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section class={`scroll texts-${texts}`} aria-label={label} tabIndex={0}>
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
