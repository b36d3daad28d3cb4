import { setImmediate } from 'node:timers/promises'
import { toFailure } from '../failure.js'
import { readReport } from '../page/read-report.js'
import {
  type FragmentName,
  type Fragments,
  fragmentNames,
  renderBrokenOffFragments,
  renderEndedFragments,
  renderLiveCurves,
  renderLiveFragments,
} from '../page/served/live-page.js'
import type { LiveView } from '../page/served/live-view.js'
import { EventTail } from '../run/folder/event-tail.js'
import { isInUse } from '../run/folder/lock.js'
import { type RecordedComparison, readComparison } from '../run/folder/read.js'
import { LiveState } from './live-state.js'

const millisecondsBetweenReadings = 500
/** Curves take far longer to draw than the rest, on the machine whose runs are being timed. */
const millisecondsBetweenCurves = 2000

/** Message to an open page. Its id is the number of the last event that the page knows of with it. */
export interface FeedMessage {
  readonly event: 'fragment' | 'log' | 'end'
  readonly id: string
  readonly data: string
}

/** Comparison that this process carries out itself. */
export interface OwnComparison {
  readonly isCancelling: () => boolean
}

/**
 * Feed of a comparison that goes on: reads its events from its folder, draws what has changed, and tells the open pages.
 * It draws only while a page is open.
 */
export class LiveFeed {
  readonly #folder: string
  readonly #experiment: string
  readonly #own: OwnComparison | null
  readonly #tail: EventTail
  readonly #state: LiveState
  readonly #waiting = new Set<() => void>()
  #fragments: Fragments | null = null
  #curves = { epochs: 0, html: '', drawnAt: 0 }
  #followers = 0
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | null = null
  #isOver = false

  /** @param own - The comparison where this process carries it out, and says when it ends; null for any other. */
  constructor(recorded: RecordedComparison, own: OwnComparison | null = null) {
    this.#folder = recorded.path
    this.#experiment = recorded.started.experiment
    this.#own = own
    this.#tail = new EventTail(recorded.path)
    this.#state = new LiveState(recorded)
  }

  get experiment(): string {
    return this.#experiment
  }

  /** Whether nothing more is to come. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Number of the last event that is shown. */
  get events(): number {
    return this.#state.events
  }

  /** Reads and draws all that has happened until now. */
  async current(): Promise<{ readonly fragments: Fragments; readonly log: readonly string[] }> {
    await this.refresh()
    return { fragments: this.#fragments ?? this.#draw(), log: this.#state.logAfter(0) }
  }

  /**
   * Hands out what an open page must be told, until the comparison is over or `signal` is aborted; `null` where for a while
   * there is nothing to tell. Every part of the page comes first, since nobody knows what the page has missed.
   *
   * @param after - Number of the last event that the page knows of.
   */
  async *follow(
    after: number,
    quietMilliseconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<FeedMessage | null, void, void> {
    const known = new Map<FragmentName, string>()
    let event = after
    this.#join()
    try {
      await this.refresh()
      while (!signal.aborted) {
        // The comparison may end while these messages go out, and there is more to tell then.
        const isLast = this.#isOver
        const messages = this.#messages(event, known)
        event = this.#state.events
        yield* messages
        if (isLast) {
          yield { event: 'end', id: String(event), data: '' }
          return
        }
        if (messages.length === 0 && !(await this.#change(quietMilliseconds, signal))) yield null
      }
    } finally {
      this.#leave()
    }
  }

  /** Shows the report in place of the live page, to those who have it open, with a note on where it is to be found. */
  async end(note: string): Promise<void> {
    await this.refresh()
    await this.#finish(async () => {
      const found = await readComparison(this.#folder)
      return found?.comparison ? renderEndedFragments(readReport(found), note) : this.#brokenOff('no result')
    })
  }

  /** Shows that the comparison broke off. */
  async breakOff(message: string): Promise<void> {
    await this.#finish(async () => this.#brokenOff(message))
  }

  async #finish(render: () => Promise<Fragments>): Promise<void> {
    if (this.#isOver) return
    try {
      this.#fragments = await render()
    } catch (error) {
      this.#fragments = this.#brokenOff(toFailure(error).message)
    }
    this.#isOver = true
    clearInterval(this.#timer)
    this.#wake()
  }

  #brokenOff(message: string): Fragments {
    return renderBrokenOffFragments(this.#state.view('interrupted'), message)
  }

  #messages(after: number, known: Map<FragmentName, string>): FeedMessage[] {
    const id = String(this.#state.events)
    const fragments = this.#fragments ?? this.#draw()
    const changed = fragmentNames.filter((name) => known.get(name) !== fragments[name])
    for (const name of changed) known.set(name, fragments[name])
    const lines = this.#state.logAfter(after)
    return [
      ...(lines.length === 0 ? [] : [{ event: 'log', id, data: JSON.stringify(lines) } as const]),
      ...changed.map((name) => {
        return { event: 'fragment', id, data: JSON.stringify({ name, html: fragments[name] }) } as const
      }),
    ]
  }

  /** Reads what has happened since, and tells the open pages where something has changed. */
  refresh(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  // What can't be read or drawn must not end a comparison that this process carries out.
  async #readOn(): Promise<void> {
    try {
      await this.#readAndDraw()
    } catch (error) {
      await this.breakOff(toFailure(error).message)
    }
  }

  async #readAndDraw(): Promise<void> {
    if (this.#isOver) return
    const before = this.#state.events
    for (let events = this.#tail.next(); events !== null; events = this.#tail.next()) {
      for (const event of events) this.#state.update(event)
      // Many events may have to be read at first, and others want to be answered meanwhile.
      await setImmediate()
    }
    // The end may have come meanwhile, and stays.
    if (this.#isOver) return
    if (this.#own === null && this.#state.hasEnded) {
      await this.#finish(async () => {
        const found = await readComparison(this.#folder)
        return found?.comparison ? renderEndedFragments(readReport(found), '') : this.#draw()
      })
      return
    }
    const drawn = this.#draw()
    const isNews = before !== this.#state.events || this.#isChanged(drawn)
    this.#fragments = drawn
    if (isNews) this.#wake()
  }

  #isChanged(drawn: Fragments): boolean {
    return fragmentNames.some((name) => drawn[name] !== this.#fragments?.[name])
  }

  #draw(): Fragments {
    const view = this.#state.view(this.#status())
    return { ...renderLiveFragments(view, { canCancel: this.#own !== null }), curves: this.#drawCurves(view) }
  }

  #status(): LiveView['status'] {
    if (this.#own !== null) return this.#own.isCancelling() ? 'cancelling' : 'running'
    return isInUse(this.#folder) ? 'running' : 'interrupted'
  }

  #drawCurves(view: LiveView): string {
    const epochs = view.curves.reduce((sum, run) => sum + run.epochs.length, 0)
    const now = performance.now()
    const isDue = this.#curves.epochs === 0 || now - this.#curves.drawnAt >= millisecondsBetweenCurves
    if (epochs !== this.#curves.epochs && isDue)
      this.#curves = { epochs, html: renderLiveCurves(view), drawnAt: now }
    return this.#curves.html
  }

  #join(): void {
    this.#followers += 1
    this.#timer ??= setInterval(() => this.refresh(), millisecondsBetweenReadings).unref()
  }

  #leave(): void {
    this.#followers -= 1
    if (this.#followers > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  /** Waits for news; resolves to whether there are any. */
  #change(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isNews: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        this.#waiting.delete(wake)
        resolve(isNews)
      }
      const wake = () => settle(true)
      const stop = () => settle(true)
      const timer = setTimeout(() => settle(false), milliseconds)
      this.#waiting.add(wake)
      signal.addEventListener('abort', stop)
    })
  }
}
