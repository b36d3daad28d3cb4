import { formatOr } from '../../../report/format.js'
import { differingOptions } from '../../differing-options.js'
import { Table } from '../../elements.js'
import type { Side } from '../../read-side.js'

/** Section of the options in which the specifications of several comparisons differ. */
export function OptionsSection({ comparisons }: { readonly comparisons: readonly Side[] }) {
  const options = differingOptions(comparisons.map(({ specification }) => specification))
  return (
    <section aria-labelledby="options" class="side-by-side">
      <h2 id="options">Options that differ</h2>
      {options.length === 0 ? (
        <p>
          {comparisons.every(({ specification }) => specification !== null)
            ? 'The specifications are the same.'
            : 'A specification is missing or cannot be read.'}
        </p>
      ) : (
        <Table
          label="Values of each comparison"
          head={['option', ...comparisons.map(({ name }) => name)]}
          rows={options.map(({ path, values }) => [
            path,
            ...values.map((value) => formatOr(value, (text) => text)),
          ])}
        />
      )}
    </section>
  )
}
