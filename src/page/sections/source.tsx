import { visibleLines } from '../../visible.js'
import { FoldedText } from '../elements.js'
import { markDefaults } from '../mark-defaults.js'

/** Texts that the comparison can be repeated from. */
export interface Source {
  /** Specification with every default filled in, as YAML. */
  readonly specification: string | null
  /** Machine and versions, as JSON. */
  readonly environment: string | null
  /** Whole of comparison.json. */
  readonly comparison: string
}

/** Section of what the comparison was made from, and of how to make it again. */
export function SourceSection({ source }: { readonly source: Source }) {
  const markedSpecification = source.specification === null ? null : markDefaults(source.specification)
  const texts = [
    { title: 'Specification, its defaults marked', text: markedSpecification },
    { title: 'Machine and versions', text: source.environment },
    { title: 'comparison.json', text: source.comparison },
  ]
  return (
    <section aria-labelledby="source">
      <h2 id="source">Repeat it</h2>
      {source.specification !== null && (
        <p>
          The specification below is <code>spec.yaml</code> in the comparison’s folder:{' '}
          <code>twintune compare spec.yaml</code> carries it out again.
        </p>
      )}
      {texts.map(
        ({ title, text }) =>
          text !== null && <FoldedText key={title} title={title} text={visibleLines(text)} />,
      )}
    </section>
  )
}
