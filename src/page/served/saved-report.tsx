import { ReportHeading, type ReportPage, ReportSections } from '../report-page.js'
import { renderDocument } from './document.js'

/** Renders the report of a comparison that has ended, for the server of a folder. */
export function renderSavedReport(page: ReportPage, { nonce }: { readonly nonce: string }): string {
  return renderDocument({
    title: page.comparison.experiment,
    nonce,
    hasList: true,
    children: (
      <>
        <header>
          <ReportHeading {...page} />
        </header>
        <main>
          <ReportSections {...page} />
        </main>
      </>
    ),
  })
}
