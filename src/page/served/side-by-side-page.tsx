import type { Side } from '../read-side.js'
import { SideBySide, sideBySideTitle } from '../side-by-side.js'
import { renderServedDocument } from './document.js'

/** Comparisons that are laid over each other. */
export interface SideBySidePage {
  readonly comparisons: readonly Side[]
  readonly nonce: string
}

/** Renders several comparisons side by side, for the server of a folder. */
export function renderSideBySidePage({ comparisons, nonce }: SideBySidePage): string {
  return renderServedDocument({
    title: sideBySideTitle,
    nonce,
    hasList: true,
    children: <SideBySide comparisons={comparisons} />,
  })
}
