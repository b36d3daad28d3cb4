import { formatLocalTime, formatNumberOf, formatOr } from '../../report/format.js'
import { verdictName } from '../../report/verdict.js'
import type { ListedComparison } from '../../run/folder/summary.js'
import { visible } from '../../visible.js'
import { mostSideBySide } from '../read-side.js'
import { renderServedDocument } from './document.js'

/** Comparisons of a folder, for the page that lists them. */
export interface IndexPage {
  readonly runsDirectory: string
  /** Comparisons in the order of the list. */
  readonly comparisons: readonly ListedComparison[]
  readonly nonce: string
}

const columns = ['experiment', 'mode', 'verdict', 'status', 'date', 'seeds'] as const

/** Renders the list of the comparisons in a folder, which the page's script sorts and filters. */
export function renderIndexPage({ runsDirectory, comparisons, nonce }: IndexPage): string {
  return renderServedDocument({
    title: 'Comparisons',
    nonce,
    hasList: false,
    children: (
      <>
        <header>
          <h1>Comparisons</h1>
          <p>
            {formatNumberOf(comparisons.length, 'comparison')} in <code>{runsDirectory}</code>
          </p>
        </header>
        <main>{comparisons.length === 0 ? <Nothing /> : <List comparisons={comparisons} />}</main>
      </>
    ),
  })
}

function Nothing() {
  return (
    <p>
      There is no comparison here yet: <code>twintune compare SPEC</code> makes one.
    </p>
  )
}

function List({ comparisons }: Pick<IndexPage, 'comparisons'>) {
  return (
    <form action="/compare" method="get" data-list>
      <div class="controls">
        <label>
          Filter <input type="search" data-filter autocomplete="off" />
        </label>
        <button type="submit" data-compare={mostSideBySide}>
          Show the chosen side by side
        </button>
        <span role="status" class="note" data-count />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <section class="scroll" aria-label="Comparisons" tabIndex={0}>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">chosen</span>
              </th>
              {columns.map((column) => (
                <th key={column} scope="col" aria-sort={column === 'date' ? 'descending' : 'none'}>
                  <button type="button" data-sort>
                    {column}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {comparisons.map((comparison) => (
              <Row key={comparison.name} {...comparison} />
            ))}
          </tbody>
        </table>
      </section>
    </form>
  )
}

function Row({ name, status, experiment, mode, startedAt, verdict, seeds }: ListedComparison) {
  return (
    <tr>
      <td>
        <input type="checkbox" name="names" value={name} aria-label={`Choose ${name}`} />
      </td>
      <th scope="row">
        <a href={`/comparisons/${encodeURIComponent(name)}`}>{visible(experiment)}</a>
        <span class="note">{visible(name)}</span>
      </th>
      <td>{mode}</td>
      <td>{formatOr(verdict, verdictName)}</td>
      <td class={status === 'finished' ? 'good' : status === 'running' ? '' : 'doubt'}>{status}</td>
      <td data-value={startedAt}>{formatLocalTime(startedAt)}</td>
      <td data-value={seeds}>{seeds}</td>
    </tr>
  )
}
