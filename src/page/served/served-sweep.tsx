import { formatLocalTime } from '../../report/format.js'
import { argumentFor } from '../../report/shown-comparison.js'
import { unreadableSweep } from '../../report/sweep-report.js'
import type { RecordedSweep } from '../../sweep/sweep-folder.js'
import { visible } from '../../visible.js'
import { SweepReport } from '../sweep-page.js'
import { renderServedDocument } from './document.js'

/** Renders the report of a sweep as it is now, for the server of a folder. */
export function renderServedSweep(found: RecordedSweep, { nonce }: { readonly nonce: string }): string {
  const { sweep, started } = found
  return renderServedDocument({
    title: `${visible(started.experiment)}, sweep`,
    nonce,
    hasList: true,
    children: sweep === null ? <WithoutRecord {...found} /> : <Recorded {...found} sweep={sweep} />,
  })
}

function Recorded({
  sweep,
  ...found
}: RecordedSweep & { readonly sweep: NonNullable<RecordedSweep['sweep']> }) {
  return (
    <>
      <Standing {...found} />
      <SweepReport
        sweep={visible(sweep)}
        name={argumentFor(visible(found.path))}
        linkTo={(name) => `/comparisons/${encodeURIComponent(name)}`}
      />
    </>
  )
}

function WithoutRecord({ started, ...found }: Omit<RecordedSweep, 'sweep'>) {
  return (
    <>
      <header>
        <h1>{visible(started.experiment)}</h1>
        <p>
          sweep · {found.status} · {formatLocalTime(started.time)}
        </p>
      </header>
      <main>
        <Standing {...found} />
        <p>{found.status === 'unreadable' ? unreadableSweep : 'No trial has ended yet.'}</p>
      </main>
    </>
  )
}

function Standing({ status, path }: Pick<RecordedSweep, 'status' | 'path'>) {
  if (status === 'running') return <p role="status">The sweep goes on: load the page anew to see more.</p>
  if (status !== 'interrupted' && status !== 'cancelled') return null
  return (
    <p role="status">
      The sweep was stopped. It goes on with <code>twintune sweep --resume {visible(path)}</code>
    </p>
  )
}
