import { frameworkNames } from '../../framework-names.js'
import { formatLoss, formatOr, formatPercent, formatSeconds } from '../../report/format.js'
import { Table } from '../elements.js'
import type { RunState } from './live-view.js'

/** Section of all planned runs, each with its state and what it has reached. */
export function RunStatesSection({ runs }: { readonly runs: readonly RunState[] }) {
  const failures = runs.filter(({ failure }) => failure !== null)
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <Table
        label="All runs"
        head={['run', 'state', 'test accuracy', 'loss', 'in all']}
        rows={runs.map(({ framework, seed, state, result }) => [
          `${frameworkNames[framework]}, ${seed}`,
          <span key="state" class={stateClasses[state]}>
            {state}
          </span>,
          formatOr(result, ({ accuracy }) => formatPercent(accuracy)),
          formatOr(result, ({ loss }) => formatLoss(loss)),
          formatOr(result, ({ seconds }) => formatSeconds(seconds)),
        ])}
      />
      {failures.map(({ framework, seed, failure }) => (
        <p key={`${framework} ${seed}`} class="doubt">
          {frameworkNames[framework]}, {seed}: {failure}
        </p>
      ))}
    </section>
  )
}

const stateClasses: Readonly<Record<RunState['state'], string>> = {
  waiting: 'unchecked',
  running: '',
  finished: 'good',
  failed: 'doubt',
  cancelled: 'doubt',
}
