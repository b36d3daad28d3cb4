import { frameworkNames } from '../../framework-names.js'
import { formatPercent } from '../../report/format.js'
import { looks } from '../charts/theme.js'
import type { Activity } from './live-view.js'

/** Section of what goes on at this moment, a card for each run and each framework between its runs. */
export function ActivitiesSection({ activities }: { readonly activities: readonly Activity[] }) {
  if (activities.length === 0) return null
  return (
    <section aria-labelledby="now">
      <h2 id="now">Now</h2>
      <ul class="activities">
        {activities.map((activity) => (
          <li key={`${activity.framework} ${activity.seed}`}>
            <ActivityCard {...activity} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function ActivityCard({ framework, seed, doing, share, figures }: Activity) {
  const name = `${frameworkNames[framework]}${seed === null ? '' : `, ${seed}`}`
  return (
    <>
      <h3>
        <span class={framework} aria-hidden="true">
          {looks[framework].mark}
        </span>{' '}
        {name}
      </h3>
      <p>
        {doing}
        {share !== null && <span class="share">{formatPercent(share, 0)}</span>}
      </p>
      {share !== null && (
        <progress class={framework} aria-label={`${name}: ${doing}`} value={share} max={1} />
      )}
      {figures.length > 0 && (
        <dl>
          {figures.map((figure) => (
            <div key={figure.name}>
              <dt>{figure.name}</dt>
              <dd>{figure.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
