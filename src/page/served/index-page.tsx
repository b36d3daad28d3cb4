import { formatLocalTime, formatNumberOf, formatOr } from '../../report/format.js'
import { strategyText } from '../../report/sweep-words.js'
import { verdictName } from '../../report/verdict.js'
import type { ListedComparison } from '../../run/folder/summary.js'
import type { ListedFolder, ListedSweep } from '../../sweep/listing.js'
import { visible } from '../../visible.js'
import { mostSideBySide } from '../read-side.js'
import { renderServedDocument } from './document.js'

/** Comparisons and sweeps of a folder, for the page that lists them. */
export interface IndexPage {
  readonly runsDirectory: string
  /** Comparisons and sweeps in the order of the list. */
  readonly folders: readonly ListedFolder[]
  readonly nonce: string
}

const columns = ['experiment', 'mode', 'verdict', 'status', 'date', 'seeds'] as const

/** Renders the list of the comparisons and sweeps in a folder, which the page's script sorts and filters. */
export function renderIndexPage({ runsDirectory, folders, nonce }: IndexPage): string {
  const sweeps = folders.filter(({ kind }) => kind === 'sweep').length
  return renderServedDocument({
    title: 'Comparisons',
    nonce,
    hasList: false,
    children: (
      <>
        <header>
          <h1>Comparisons</h1>
          <p>
            {formatNumberOf(folders.length - sweeps, 'comparison')}
            {sweeps > 0 && ` and ${formatNumberOf(sweeps, 'sweep')}`} in <code>{runsDirectory}</code>
          </p>
        </header>
        <main>{folders.length === 0 ? <Nothing /> : <List folders={folders} />}</main>
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

function List({ folders }: Pick<IndexPage, 'folders'>) {
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
            {folders.map((listed) =>
              listed.kind === 'sweep' ? (
                <SweepRow key={listed.name} {...listed} />
              ) : (
                <ComparisonRow key={listed.name} {...listed} />
              ),
            )}
          </tbody>
        </table>
      </section>
    </form>
  )
}

function ComparisonRow({
  name,
  status,
  experiment,
  mode,
  startedAt,
  verdict,
  seeds,
  sweep,
}: ListedComparison) {
  return (
    <tr>
      <td>
        <input type="checkbox" name="names" value={name} aria-label={`Choose ${name}`} />
      </td>
      <th scope="row">
        <a href={`/comparisons/${encodeURIComponent(name)}`}>{visible(experiment)}</a>
        <span class="note">{visible(name)}</span>
        {sweep !== null && <span class="note">final of {visible(sweep)}</span>}
      </th>
      <td>{mode}</td>
      <td>{formatOr(verdict, verdictName)}</td>
      <StatusCells status={status} startedAt={startedAt} />
      <td data-value={seeds}>{seeds}</td>
    </tr>
  )
}

// A sweep stands beside no other: it has no verdict of its own, and its final has a row.
function SweepRow({
  name,
  status,
  experiment,
  mode,
  startedAt,
  strategy,
  sampler,
  trials,
  ended,
}: ListedSweep) {
  return (
    <tr>
      <td />
      <th scope="row">
        <a href={`/sweeps/${encodeURIComponent(name)}`}>{visible(experiment)}, sweep</a>
        <span class="note">{visible(name)}</span>
      </th>
      <td>{mode}</td>
      <td>
        {[
          ...(strategy === null ? [] : [strategyText(strategy, sampler)]),
          `${ended} of ${trials} trials`,
        ].join(', ')}
      </td>
      <StatusCells status={status} startedAt={startedAt} />
      <td data-value={0}>–</td>
    </tr>
  )
}

function StatusCells({ status, startedAt }: Pick<ListedFolder, 'status' | 'startedAt'>) {
  return (
    <>
      <td class={status === 'finished' ? 'good' : status === 'running' ? '' : 'doubt'}>{status}</td>
      <td data-value={startedAt}>{formatLocalTime(startedAt)}</td>
    </>
  )
}
