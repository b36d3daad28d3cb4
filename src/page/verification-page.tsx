import type { Verification, VerificationRecord } from '../compare/verification.js'
import { frameworkNames } from '../framework-names.js'
import { formatUtcDate } from '../report/format.js'
import type { Experiment } from '../spec/schema.js'
import { sizesOf } from './charts/ladder-chart.js'
import { logRangeOf } from './charts/log-rows.js'
import { renderDocument } from './document.js'
import { FoldedText } from './elements.js'
import { FrameworkDifferencesSection } from './sections/framework-differences.js'
import { LadderSection, NotLookedAtSection, ShortRunsSection } from './sections/ladder.js'
import { LadderOutcomeSection } from './sections/ladder-outcome.js'
import { RoundingSection } from './sections/rounding.js'

/** All that the page of a verification shows. */
export type VerificationPage = Omit<VerificationRecord, 'schemaVersion' | 'firstPhaseAlone'>

/** Renders the report of a verification as one HTML file, which needs no network and no script. */
export function renderVerificationPage(page: VerificationPage): string {
  return renderDocument(`${page.experiment.name}, ${subjectOf(page.experiment)}`, <Report {...page} />)
}

function Report({ experiment, perturbation, startedAt, verification }: VerificationPage) {
  const { name, mode, seeds, training } = experiment
  return (
    <>
      <header>
        <h1>{name}</h1>
        <p>
          {subjectOf(experiment)} · {mode} mode · {training.precision} · seed {seeds[0]} ·{' '}
          {formatUtcDate(startedAt)}
        </p>
        <Versions versions={verification.versions} />
      </header>
      <main>
        {mode === 'idiomatic' ? (
          <FrameworkDifferencesSection verification={verification} />
        ) : (
          <Ladder verification={verification} perturbation={perturbation} />
        )}
        <section aria-labelledby="source">
          <h2 id="source">In full</h2>
          <FoldedText
            title="Specification, with every default, as JSON"
            text={JSON.stringify(experiment, null, 2)}
          />
          <FoldedText
            title="Verification, as verify-finished of --json has it"
            text={JSON.stringify(verification, null, 2)}
          />
        </section>
      </main>
    </>
  )
}

function subjectOf({ mode }: Experiment): string {
  return mode === 'idiomatic' ? 'framework differences' : 'parity ladder'
}

function Ladder({ verification, perturbation }: Pick<VerificationPage, 'verification' | 'perturbation'>) {
  const { rungs, rounding } = verification
  // One axis for all charts: how far rounding lies from a difference of meaning is seen at a glance.
  const range = logRangeOf([
    ...sizesOf(rungs),
    ...rounding.flatMap(({ tensorflow, pytorch }) => [tensorflow, pytorch]),
  ])
  return (
    <>
      <LadderOutcomeSection verification={verification} perturbation={perturbation} />
      <LadderSection verification={verification} range={range} />
      <RoundingSection verification={verification} range={range} />
      <ShortRunsSection verification={verification} />
      <NotLookedAtSection verification={verification} />
    </>
  )
}

function Versions({ versions }: Pick<Verification, 'versions'>) {
  return (
    <p>
      {(['tensorflow', 'pytorch'] as const).map((framework) => (
        <span key={framework} class="versions">
          {frameworkNames[framework]}:{' '}
          {Object.entries(versions[framework])
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')}
        </span>
      ))}
    </p>
  )
}
