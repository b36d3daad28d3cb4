import { Report, type ReportPage } from '../report-page.js'
import { renderServedDocument } from './document.js'

/** Renders the report of a comparison that has ended, for the server of a folder. */
export function renderSavedReport(page: ReportPage, { nonce }: { readonly nonce: string }): string {
  return renderServedDocument({
    title: page.comparison.experiment,
    nonce,
    hasList: true,
    children: <Report {...page} />,
  })
}
