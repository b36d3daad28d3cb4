import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { headingOf, ReportHeading, type ReportPage, ReportSections } from '../report-page.js'
import { CurvesSection } from '../sections/training.js'
import { ActivitiesSection } from './activities.js'
import { renderServedDocument } from './document.js'
import { EndedNotice, LiveStatus, UndrawnNotice } from './live-status.js'
import type { LiveView } from './live-view.js'
import { RunStatesSection } from './run-states.js'

/** Names of the parts of the live page that are replaced while it is open, in their order on it. */
export const fragmentNames = ['heading', 'status', 'activities', 'curves', 'runs', 'report'] as const

/** Name of a part of the live page that is replaced as a whole. */
export type FragmentName = (typeof fragmentNames)[number]

/** HTML of the parts of the live page. */
export type Fragments = Readonly<Record<FragmentName, string>>

/** Fragments of a page that shows nothing yet. */
export const noFragments: Fragments = {
  heading: '',
  status: '',
  activities: '',
  curves: '',
  runs: '',
  report: '',
}

/** Number of lines of the log that the page keeps. */
export const mostLogLines = 300

/** Content of the live page when it is opened, and where it hears what comes next. */
export interface LivePage {
  readonly title: string
  readonly fragments: Fragments
  readonly log: readonly string[]
  readonly nonce: string
  /** Path of the stream of events, which goes on after what the page shows. */
  readonly eventsPath: string
  readonly hasList: boolean
}

/** Renders the live page of a comparison. */
export function renderLivePage({ title, fragments, log, nonce, eventsPath, hasList }: LivePage): string {
  const part = (name: FragmentName) => (
    <div data-fragment={name} dangerouslySetInnerHTML={{ __html: fragments[name] }} />
  )
  return renderServedDocument({
    title,
    nonce,
    hasList,
    children: (
      <div data-events={eventsPath} data-many={hasList || undefined}>
        <header data-fragment="heading" dangerouslySetInnerHTML={{ __html: fragments.heading }} />
        <main>
          <p class="connection" role="alert" data-connection hidden />
          {part('status')}
          {part('activities')}
          {part('curves')}
          {part('runs')}
          {part('report')}
          <LogSection lines={log} />
        </main>
      </div>
    ),
  })
}

/** Renders every part of an unfinished comparison but its curves, which take longer and change less often. */
export function renderLiveFragments(
  view: LiveView,
  { canCancel }: { readonly canCancel: boolean },
): Omit<Fragments, 'curves'> {
  return {
    heading: headingOrNothing(view),
    status: renderToString(<LiveStatus view={view} canCancel={canCancel} />),
    activities: renderToString(<ActivitiesSection activities={view.activities} />),
    runs: renderToString(<RunStatesSection runs={view.runs} />),
    report: '',
  }
}

/** Renders the curves of the epochs so far. */
export function renderLiveCurves({ curves }: Pick<LiveView, 'curves'>): string {
  return renderToString(<CurvesSection runs={curves} />)
}

/** Renders what the page shows once the comparison has ended: its report in full, and a note above it. */
export function renderEndedFragments(page: ReportPage, note: string): Fragments {
  return {
    ...onlyStatus(<EndedNotice note={note} />),
    heading: renderToString(<ReportHeading {...headingOf(page)} />),
    report: renderToString(<ReportSections {...page} />),
  }
}

/** Renders what the page shows once the comparison has ended and nobody waits for its report, or it can't be drawn. */
export function renderEndedNotice(view: LiveView | null, note: string): Fragments {
  return { ...onlyStatus(<EndedNotice note={note} />), heading: headingOrNothing(view) }
}

/**
 * Renders what the page shows where the comparison broke off without a result.
 *
 * @param view - The comparison as far as it came; null where it can't be drawn.
 */
export function renderBrokenOffFragments(view: LiveView | null, message: string): Fragments {
  return {
    ...onlyStatus(<p class="lead doubt">The comparison broke off: {message}</p>),
    heading: headingOrNothing(view),
    runs: view === null ? '' : renderToString(<RunStatesSection runs={view.runs} />),
  }
}

/** Renders what the page shows once the comparison's folder has been deleted. */
export function renderGoneFragments(view: LiveView): Fragments {
  return {
    ...onlyStatus(<p class="lead doubt">The comparison’s folder is gone.</p>),
    heading: headingOrNothing(view),
  }
}

/** Renders what the page shows while it can't be drawn anew: its last drawing, and above it the reason. */
export function renderUndrawnFragments(last: Fragments, reason: string): Fragments {
  return { ...last, status: renderToString(<UndrawnNotice reason={reason} />) + last.status }
}

function onlyStatus(status: JSX.Element): Fragments {
  return { ...noFragments, status: renderToString(status) }
}

function headingOrNothing(view: LiveView | null): string {
  return view === null ? '' : renderToString(<ReportHeading {...view} status={null} />)
}

// Screen readers would be flooded by every line, so that they are told of new ones only when somebody asks for it.
function LogSection({ lines }: { readonly lines: readonly string[] }) {
  return (
    <details class="log">
      <summary>Log</summary>
      <p>
        <label>
          <input type="checkbox" data-announce /> Have a screen reader read new lines
        </label>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <div role="log" aria-live="off" aria-label="Log" tabIndex={0}>
        <ol data-log={mostLogLines}>
          {lines.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
        </ol>
      </div>
    </details>
  )
}
