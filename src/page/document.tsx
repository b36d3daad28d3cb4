import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { style } from './style.js'

/** Renders a page as one HTML file, which needs no network and no script. */
export function renderDocument(title: string, body: VNode): string {
  const head = (
    <>
      <meta
        httpEquiv="Content-Security-Policy"
        content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
      />
      <style dangerouslySetInnerHTML={{ __html: style }} />
    </>
  )
  return renderHtml({ title, head, body })
}

/** Renders an HTML document: its head begins as that of every page, and goes on with what is given. */
export function renderHtml({
  title,
  head,
  body,
}: {
  readonly title: string
  readonly head: ComponentChildren
  readonly body: ComponentChildren
}): string {
  return `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} – twintune`}</title>
        {head}
      </head>
      <body>{body}</body>
    </html>,
  )}\n`
}
