import { replaceContent } from './replace-content.js'

const millisecondsBeforeRetry = 2000
const millisecondsForCancelling = 10_000

/** Keeps the live page up to date with the server's stream of events, until the comparison has ended. */
export function followEvents(page: HTMLElement): void {
  const path = page.dataset.events ?? ''
  const connection = page.querySelector<HTMLElement>('[data-connection]')
  const shown = new Map<string, string>()
  // A browser has six connections for all its pages of a server: those that nobody looks at must not take them all. A server
  // of one comparison ends with it, so that its page listens to the end.
  const isOneOfMany = page.dataset.many !== undefined
  let last: string | null = null
  let hasEnded = false

  const say = (text: string): void => {
    if (connection === null) return
    connection.textContent = text
    connection.hidden = text === ''
  }

  let source: EventSource | null = null
  const open = (): void => {
    if (hasEnded || (isOneOfMany && document.hidden)) return
    source?.close()
    const url = new URL(path, location.href)
    if (last !== null) url.searchParams.set('after', last)
    const opened = new EventSource(url)
    source = opened
    const listen = (type: string, act: (data: string) => void): void =>
      opened.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        last = lastEventId
        act(data)
      })
    opened.addEventListener('open', () => say(''))
    opened.addEventListener('error', () => {
      say('The connection is lost; trying again. If the command has ended, its report is in its folder.')
      // A browser tries again by itself, but where it was given an answer that is no stream.
      if (opened.readyState === EventSource.CLOSED) setTimeout(open, millisecondsBeforeRetry)
    })
    listen('log', (data) => addLines(page, JSON.parse(data)))
    listen('fragment', (data) => {
      const { name, html }: { name: string; html: string } = JSON.parse(data)
      const part = page.querySelector<HTMLElement>(`[data-fragment="${name}"]`)
      if (part === null || shown.get(name) === html) return
      shown.set(name, html)
      replaceContent(part, html)
    })
    listen('end', () => {
      hasEnded = true
      opened.close()
    })
  }

  open()
  document.addEventListener('visibilitychange', () => {
    if (!isOneOfMany) return
    if (document.hidden) source?.close()
    else open()
  })
  page.addEventListener('click', (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLButtonElement>('[data-cancel]') : null
    if (button !== null) void cancel(button, say)
  })
  // The newest lines are at the end.
  page.querySelector('.log')?.addEventListener('toggle', () => {
    const scroller = page.querySelector('[role="log"]')
    scroller?.scrollTo(0, scroller.scrollHeight)
  })
  page.querySelector<HTMLInputElement>('[data-announce]')?.addEventListener('change', (event) => {
    const isOn = event.target instanceof HTMLInputElement && event.target.checked
    page.querySelector('[role="log"]')?.setAttribute('aria-live', isOn ? 'polite' : 'off')
  })
}

async function cancel(button: HTMLButtonElement, say: (text: string) => void): Promise<void> {
  if (!confirm('Cancel the comparison? Its runs end now; twintune resume can go on with it later.')) return
  button.disabled = true
  try {
    const { ok } = await fetch(button.dataset.cancel ?? '', {
      method: 'POST',
      signal: AbortSignal.timeout(millisecondsForCancelling),
    })
    if (ok) return
  } catch {
    // The connection is lost, or other pages of the browser have taken all of them.
  }
  button.disabled = false
  say('The comparison could not be cancelled from here: press Ctrl-C where it runs.')
}

function addLines(page: HTMLElement, lines: readonly string[]): void {
  const log = page.querySelector<HTMLElement>('[data-log]')
  const scroller = log?.parentElement
  if (!log || !scroller) return
  const isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 4
  for (const line of lines) {
    const item = document.createElement('li')
    item.textContent = line
    log.append(item)
  }
  while (log.childElementCount > Number(log.dataset.log)) log.firstElementChild?.remove()
  // Who has scrolled back to read is left where they are.
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight
}
