import { formatCount, formatNumberOf } from '../../report/format.js'
import { resumeHint, unreadableNote } from '../../report/shown-comparison.js'
import type { LiveView } from './live-view.js'

/** Status of a comparison that goes on: how many of its runs have ended, and the button that cancels it. */
export function LiveStatus({ view, canCancel }: { readonly view: LiveView; readonly canCancel: boolean }) {
  const { status, runs, directory } = view
  const ended = runs.filter(({ state }) => state !== 'waiting' && state !== 'running').length
  return (
    <section aria-labelledby="status" class="status">
      <h2 id="status" class="verdict">
        {headline(view, ended)}
      </h2>
      <progress aria-labelledby="status" value={ended} max={runs.length} />
      {status === 'running' && (
        <p class="note">
          The report, with the verdict, takes the place of this page when all evidence is there. Closing the
          page changes nothing.
        </p>
      )}
      {status === 'interrupted' && (
        <p class="note">No process works on it. {resumeHint({ comparisonDirectory: directory, status })}</p>
      )}
      {status === 'unreadable' && <p class="note">{unreadableNote}</p>}
      {status === 'cancelling' && (
        <p class="note">The runs write their last checkpoints; twintune resume goes on from there.</p>
      )}
      {canCancel && status === 'running' && (
        <p>
          <button type="button" data-cancel={`/comparisons/${encodeURIComponent(view.name)}/cancel`}>
            Cancel the comparison
          </button>
        </p>
      )}
    </section>
  )
}

function headline({ status, runs }: LiveView, ended: number): string {
  if (status === 'cancelling') return 'The comparison is being cancelled.'
  if (status === 'unreadable') return 'The comparison has ended, and its result can’t be read.'
  const count = `${formatCount(ended)} of ${formatNumberOf(runs.length, 'run')}`
  if (status === 'interrupted') return `The comparison was interrupted after ${count}.`
  if (ended === runs.length) return 'All runs have ended.'
  return `${count} ${ended === 1 ? 'has' : 'have'} ended.`
}

/** Notice above the report that has taken the place of the live page, with a sentence on where it is to be found. */
export function EndedNotice({ note }: { readonly note: string }) {
  return (
    <p class="ended" role="status">
      The comparison has ended. {note}
    </p>
  )
}

/** Notice above the last drawing of the live page, while no new one succeeds. */
export function UndrawnNotice({ reason }: { readonly reason: string }) {
  return (
    <p class="lead doubt" role="status">
      The page can’t be brought up to date just now, and tries again. The reason: {reason}
    </p>
  )
}
