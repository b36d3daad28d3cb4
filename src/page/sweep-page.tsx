import path from 'node:path'
import type { MetricSummary } from '../compare/summary.js'
import { frameworkNames } from '../framework-names.js'
import { formatOr, formatPercent, formatSeconds, formatUtcDate } from '../report/format.js'
import { metricFormats } from '../report/metric-format.js'
import {
  betweenSentence,
  failedTrialsNote,
  finalText,
  gainSentences,
  strategyText,
} from '../report/sweep-words.js'
import { shortName, valuesText } from '../report/trial-text.js'
import { comparisonFiles } from '../run/folder/files.js'
import { shellQuote } from '../shell-quote.js'
import type { Sweep, SweepFinal } from '../sweep/record.js'
import { renderParallelChart, renderResponseChart } from './charts/parallel-chart.js'
import { renderDocument } from './document.js'
import { Chart, FoldedText, FrameworkKey, Table } from './elements.js'

/**
 * Renders the report of a sweep as one HTML file, which needs no network and no script.
 *
 * @param name - Name of the sweep's folder.
 */
export function renderSweepPage(sweep: Sweep, name: string): string {
  const linkTo = (comparison: string) => `../${encodeURIComponent(comparison)}/${comparisonFiles.report}`
  return renderDocument(
    `${sweep.experiment}, sweep`,
    <SweepReport sweep={sweep} name={shellQuote(name)} linkTo={linkTo} />,
  )
}

interface Props {
  readonly sweep: Sweep
}

interface LinkProps {
  /** Function that gives the address of a comparison's report by the name of the comparison. */
  readonly linkTo: (name: string) => string
}

/** Report of a sweep. */
export function SweepReport({
  sweep,
  name,
  linkTo,
}: Props &
  LinkProps & {
    /** Name or folder of the sweep, as a command takes it. */
    readonly name: string
  }) {
  const { experiment, settings, startedAt, metric, seed, status } = sweep
  const failed = failedTrialsNote(sweep, name)
  return (
    <>
      <header>
        <h1>{experiment}</h1>
        <p>
          sweep · {strategyText(settings.strategy, settings.sampler ?? null)} · {settings.search} · pruning{' '}
          {settings.pruning} · ranked by validation {metricFormats[metric].name} with seed {seed} · {status} ·{' '}
          {formatUtcDate(startedAt)}
        </p>
      </header>
      <main>
        {failed && <p class="lead doubt">{failed}</p>}
        <FinalSection sweep={sweep} linkTo={linkTo} />
        <BestSection sweep={sweep} />
        <ParametersSection sweep={sweep} />
        <BudgetSection sweep={sweep} />
        <TrialsSection sweep={sweep} />
        <section aria-labelledby="source">
          <h2 id="source">In full</h2>
          <FoldedText title="Sweep, as sweep.json has it" text={JSON.stringify(sweep, null, 2)} />
        </section>
      </main>
    </>
  )
}

function FinalSection({ sweep, linkTo }: Props & LinkProps) {
  const { final } = sweep
  const between = betweenSentence(sweep)
  return (
    <section aria-labelledby="final">
      <h2 id="final">Are the best settings better?</h2>
      {gainSentences(sweep).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {between && <p>{between}</p>}
      {final && (
        <>
          <Table
            label="Test of the best settings and of the specification as it stands"
            head={['framework', `best, test ${metricFormats[final.metric].name}`, 'as it stands']}
            rows={final.gains.map(({ framework, best, default: standing }) => [
              frameworkNames[framework],
              ...[best, standing].map((summary) => formatOr(summary, (each) => sampleText(each, final))),
            ])}
          />
          <p>
            Trained anew with the seeds {final.seeds.join(', ')}, which no trial has seen, and tested on
            images that chose nothing. The comparisons:
          </p>
          <ul class="lines">
            {final.comparisons.map((comparison) => {
              const name = path.basename(comparison.comparisonDirectory)
              return (
                <li key={name}>
                  <a href={linkTo(name)}>{finalText(comparison)}</a>, in {name}
                </li>
              )
            })}
          </ul>
        </>
      )}
    </section>
  )
}

function BestSection({ sweep }: Props) {
  const { name, value } = metricFormats[sweep.metric]
  const find = (framework: string, number: number) =>
    sweep.trials.find((trial) => trial.framework === framework && trial.trial === number)
  return (
    <section aria-labelledby="best">
      <h2 id="best">Best settings</h2>
      <Table
        label="Best trial of each framework"
        head={['framework', `validation ${name}`, 'as it stands', 'trial']}
        rows={sweep.best.map(({ framework, trial }) => {
          const best = find(framework, trial)
          return [
            frameworkNames[framework],
            formatOr(best?.objective, value),
            formatOr(find(framework, 0)?.objective, value),
            trial,
          ]
        })}
      />
      <ul class="lines">
        {sweep.best.map(({ framework, trial }) => (
          <li key={framework}>
            {frameworkNames[framework]}, trial {trial}: {valuesText(find(framework, trial)?.values ?? {})}
          </li>
        ))}
      </ul>
      <p>
        {sweep.winner !== null && `Trial ${sweep.winner} has the best mean of all frameworks. `}
        The best of many trials is flattered by its choice: these figures of the validation say which settings
        to test, and not how good they are.
      </p>
    </section>
  )
}

function ParametersSection({ sweep }: Props) {
  const names = Object.keys(sweep.settings.parameters)
  const hasTrials = sweep.trials.some(({ objective, trial }) => objective !== null && trial > 0)
  const problems = [...new Set(sweep.importance.flatMap(({ problem }) => problem ?? []))]
  const weighed = sweep.importance.filter(({ shares }) => shares !== null)
  return (
    <section aria-labelledby="parameters">
      <h2 id="parameters">Parameters</h2>
      {weighed.length > 0 && (
        <Table
          label="Importance of the parameters"
          head={['importance (PED-ANOVA)', ...weighed.map(({ framework }) => frameworkNames[framework])]}
          rows={names.map((path) => [
            shortName(path, names),
            ...weighed.map(({ shares }) => formatOr(shares?.[path], (share) => formatPercent(share, 0))),
          ])}
        />
      )}
      {problems.map((problem) => (
        <p key={problem}>Importance is missing: {problem.replace(/\.$/, '')}.</p>
      ))}
      {hasTrials && (
        <>
          <Chart
            title="Trials across the parameters"
            note={<FrameworkKey frameworks={sweep.frameworks} />}
            svg={renderParallelChart(sweep, { isNarrow: false })}
            narrow={renderParallelChart(sweep, { isNarrow: true })}
          />
          <div class="charts">
            {names.map((path) => (
              <Chart
                key={path}
                title={`Response to ${shortName(path, names)}`}
                note={<FrameworkKey frameworks={sweep.frameworks} />}
                svg={renderResponseChart(sweep, path)}
              />
            ))}
          </div>
        </>
      )}
    </section>
  )
}

/** Writes the mean of a metric over the seeds of the final, with their standard deviation where there are several. */
function sampleText({ mean, std }: MetricSummary, { metric, seeds }: SweepFinal): string {
  const { value, spread } = metricFormats[metric]
  return seeds.length > 1 ? `${value(mean)} ± ${spread(std)}` : value(mean)
}

function Settings({ text }: { readonly text: string }) {
  return <span class="evidence">{text}</span>
}

function BudgetSection({ sweep }: Props) {
  return (
    <section aria-labelledby="budget">
      <h2 id="budget">Budget</h2>
      <Table
        label="Cost of the trials"
        head={['framework', 'trials', 'finished', 'pruned', 'failed', 'cancelled', 'epochs', 'time']}
        rows={sweep.budget.map(
          ({ framework, planned, finished, pruned, failed, cancelled, epochs, seconds }) => [
            frameworkNames[framework],
            ...[planned, finished, pruned, failed, cancelled, epochs],
            formatSeconds(seconds),
          ],
        )}
      />
    </section>
  )
}

function TrialsSection({ sweep }: Props) {
  const { name, value } = metricFormats[sweep.metric]
  return (
    <section aria-labelledby="trials">
      <h2 id="trials">Trials</h2>
      <details>
        <summary>All trials that have ended</summary>
        <Table
          label="All trials"
          texts="last"
          head={['trial', 'framework', 'end', name, 'epochs', 'settings, or the failure']}
          rows={sweep.trials.map(({ trial, framework, status, objective, epochs, values, failure }) => [
            trial,
            frameworkNames[framework],
            status,
            formatOr(objective, value),
            epochs,
            <Settings
              key="settings"
              text={failure === null ? valuesText(values) : `${valuesText(values)}: ${failure.message}`}
            />,
          ])}
        />
      </details>
    </section>
  )
}
