import type { ComponentChildren } from 'preact'
import { renderHtml } from '../document.js'
import { style } from '../style.js'
import { servedStyle } from './style.js'

/** Path of the script that all served pages load. */
export const scriptPath = '/page.js'

/** Parts of a served page. */
export interface ServedDocument {
  readonly title: string
  /** Nonce of the response's Content-Security-Policy: nothing else on the page may run or be styled. */
  readonly nonce: string
  /** Whether a link leads back to the list of all comparisons. */
  readonly hasList: boolean
  readonly children: ComponentChildren
}

/** Renders a page that a server of twintune answers with: it has a script, where a report in a file has none. */
export function renderServedDocument({ title, nonce, hasList, children }: ServedDocument): string {
  return renderHtml({
    title,
    head: (
      <>
        {/* An icon of its own keeps the browser from asking for one. */}
        <link rel="icon" href="data:," />
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: style + servedStyle }} />
        <script type="module" src={scriptPath} nonce={nonce} />
      </>
    ),
    body: (
      <>
        {hasList && (
          <nav>
            <a href="/">All comparisons</a>
          </nav>
        )}
        {children}
      </>
    ),
  })
}
