import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { packageFolder } from '../package-folder.js'
import { scriptPath } from '../page/served/document.js'
import { renderLivePage } from '../page/served/live-page.js'
import type { GuardedApp } from './guard.js'
import type { LiveFeed } from './live-feed.js'

/** Milliseconds without news after which a comment is sent: what lies between server and browser ends silent connections. */
const heartbeatMilliseconds = 15_000
const retryMilliseconds = 1000

type GuardedContext = Context<{ Variables: { secureHeadersNonce?: string } }>

/** Answers with the live page of a comparison, as it is now. */
export async function answerLivePage(
  context: GuardedContext,
  feed: LiveFeed,
  page: { readonly title: string; readonly eventsPath: string; readonly hasList: boolean },
): Promise<Response> {
  const { fragments, log } = await feed.current()
  const eventsPath = `${page.eventsPath}?after=${feed.events}`
  return context.html(renderLivePage({ ...page, fragments, log, eventsPath, nonce: nonceOf(context) }))
}

/** Answers with the stream of what happens. A browser that comes back says which event it was told of last. */
export function answerEvents(context: GuardedContext, feed: LiveFeed): Response {
  const after = Number(context.req.header('Last-Event-ID') ?? context.req.query('after'))
  return streamSSE(
    context,
    async (stream) => {
      const gone = new AbortController()
      stream.onAbort(() => gone.abort())
      await stream.write(`retry: ${retryMilliseconds}\n\n`)
      for await (const message of feed.follow(after || 0, heartbeatMilliseconds, gone.signal)) {
        if (message === null) await stream.write(': still here\n\n')
        else await stream.writeSSE(message)
      }
    },
    // The page is told, and tries again; without this, the error would be printed among the lines of the command.
    async () => {},
  )
}

/** Nonce that scripts and styles of the answer must have. */
export function nonceOf(context: GuardedContext): string {
  return context.get('secureHeadersNonce') ?? ''
}

/** Adds the script of the pages. */
export function addScript(app: GuardedApp): void {
  app.get(scriptPath, async (context) => {
    const script = await readFile(path.join(packageFolder(), 'dist', 'served-page.js'), 'utf8')
    return context.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' })
  })
}
