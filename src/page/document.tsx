import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { style } from './style.js'

/** Renders a page as one HTML file, which needs no network and no script. */
export function renderDocument(title: string, body: VNode): string {
  return `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          httpEquiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>{`${title} – twintune`}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>{body}</body>
    </html>,
  )}\n`
}
