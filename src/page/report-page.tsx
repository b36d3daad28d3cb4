import type { Comparison } from '../compare/comparison.js'
import { formatNumberOf, formatUtcDate } from '../report/format.js'
import { seedCount } from '../report/runs.js'
import { formatShard } from '../spec/shard.js'
import type { Details } from './details.js'
import { renderDocument } from './document.js'
import { type Trusted, trustClaims } from './headline.js'
import { CalibrationSection } from './sections/calibration.js'
import { ClassesSection } from './sections/classes.js'
import { ContractSection } from './sections/contract.js'
import { DisagreementSection } from './sections/disagreement.js'
import { MachinesSection } from './sections/machines.js'
import { NoiseSection } from './sections/noise.js'
import { OutcomeSection } from './sections/outcome.js'
import { type Source, SourceSection } from './sections/source.js'
import { SpeedSection } from './sections/speed.js'
import { TopLossesSection } from './sections/top-losses.js'
import { TrainingSection } from './sections/training.js'
import { VerdictSection } from './sections/verdict.js'

/** All that the page of a comparison shows. */
export interface ReportPage extends Trusted {
  /** Name of the comparison's folder. */
  readonly name: string
  /** Time when the comparison began, in ISO 8601. */
  readonly startedAt: string
  readonly source: Source
  readonly details: Details
}

/** Renders the report of a comparison as one HTML file, which needs no network and no script. */
export function renderReportPage(page: ReportPage): string {
  return renderDocument(page.comparison.experiment, <Report {...page} />)
}

/** Report of a comparison as the whole of a page. */
export function Report(page: ReportPage) {
  return (
    <>
      <header>
        <ReportHeading {...headingOf(page)} />
      </header>
      <main>
        <ReportSections {...page} />
      </main>
    </>
  )
}

/** Facts that the heading of a report has in it. */
export interface Heading extends Pick<Comparison, 'experiment' | 'mode' | 'shard'> {
  /** Name of the comparison's folder. */
  readonly name: string
  /** Time when the comparison began, in ISO 8601. */
  readonly startedAt: string
  readonly seeds: number
  /** Status of a comparison that has ended otherwise than with all its runs; null for any other. */
  readonly status: Exclude<Comparison['status'], 'finished'> | null
}

/** Reads the heading of a report from the comparison. */
export function headingOf({
  name,
  startedAt,
  comparison,
}: Pick<ReportPage, 'name' | 'startedAt' | 'comparison'>): Heading {
  const { experiment, mode, status, shard } = comparison
  const seeds = seedCount(comparison)
  return { name, startedAt, experiment, mode, shard, seeds, status: status === 'finished' ? null : status }
}

/** Heading of the report: the experiment, and in a line what was compared and when. */
export function ReportHeading({ name, startedAt, experiment, mode, shard, seeds, status }: Heading) {
  return (
    <>
      <h1>{experiment}</h1>
      <p>
        {mode} mode{shard !== null && ` · shard ${formatShard(shard)}`} · {formatNumberOf(seeds, 'seed')} ·{' '}
        {formatUtcDate(startedAt)}
        {status !== null && ` · ${status}`} · {name}
      </p>
    </>
  )
}

/** Sections of the report, from the verdict to what the comparison was made from. */
export function ReportSections(page: ReportPage) {
  const { comparison, name, source, details } = page
  return (
    <>
      <VerdictSection comparison={comparison} name={name} altered={page.altered} claims={trustClaims(page)} />
      <OutcomeSection comparison={comparison} name={name} />
      <TrainingSection comparison={comparison} />
      <ClassesSection details={details} />
      <CalibrationSection details={details} />
      <TopLossesSection details={details} />
      <DisagreementSection comparison={comparison} details={details} />
      <NoiseSection comparison={comparison} />
      <SpeedSection comparison={comparison} />
      <ContractSection comparison={comparison} />
      <MachinesSection comparison={comparison} />
      <SourceSection source={source} />
    </>
  )
}
