import { renderDocument } from './document.js'
import type { Side } from './read-side.js'
import { OverlaidCurvesSection } from './sections/side-by-side/curves.js'
import { DifferencesSection } from './sections/side-by-side/differences.js'
import { FiguresSection } from './sections/side-by-side/figures.js'
import { OptionsSection } from './sections/side-by-side/options.js'

export const sideBySideTitle = 'Comparisons side by side'

/** Renders several comparisons side by side as one HTML file, which needs no network and no script. */
export function renderSideBySideFile(comparisons: readonly Side[]): string {
  return renderDocument(sideBySideTitle, <SideBySide comparisons={comparisons} />)
}

/** Several comparisons in one table, a column for each, and their differences and curves in the same charts. */
export function SideBySide({ comparisons }: { readonly comparisons: readonly Side[] }) {
  return (
    <>
      <header>
        <h1>{sideBySideTitle}</h1>
      </header>
      <main>
        <FiguresSection comparisons={comparisons} />
        <DifferencesSection comparisons={comparisons} />
        <OptionsSection comparisons={comparisons} />
        <OverlaidCurvesSection comparisons={comparisons} />
      </main>
    </>
  )
}
