import { existsSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { readReport } from '../page/read-report.js'
import {
  type FragmentName,
  type Fragments,
  fragmentNames,
  noFragments,
  renderBrokenOffFragments,
  renderEndedFragments,
  renderEndedNotice,
  renderGoneFragments,
  renderUndrawnFragments,
} from '../page/served/live-page.js'
import type { LiveView } from '../page/served/live-view.js'
import { EventTail } from '../run/folder/event-tail.js'
import { comparisonFiles } from '../run/folder/files.js'
import { isInUse } from '../run/folder/lock.js'
import { type RecordedComparison, readComparison } from '../run/folder/read.js'
import { LiveDrawing } from './live-drawing.js'
import { LiveState } from './live-state.js'
import { News } from './news.js'

const millisecondsBetweenReadings = 500

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
  readonly #onDone: () => void
  readonly #tail: EventTail
  readonly #state: LiveState
  readonly #drawing: LiveDrawing
  readonly #news = new News()
  /** Fragments that the last successful drawing came to. */
  #drawn = noFragments
  /** Fragments that the open pages show. */
  #fragments = noFragments
  #followers = 0
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> | null = null
  #isOver = false

  /**
   * @param own - The comparison where this process carries it out, and says when it ends; null for any other.
   * @param onDone - Called when nothing more is to come and no page follows any longer.
   */
  constructor(recorded: RecordedComparison, own: OwnComparison | null = null, onDone: () => void = () => {}) {
    this.#onDone = onDone
    this.#folder = recorded.path
    this.#experiment = recorded.started.experiment
    this.#own = own
    this.#tail = new EventTail(recorded.path)
    this.#state = new LiveState(recorded)
    this.#drawing = new LiveDrawing(this.#state, { canCancel: own !== null })
  }

  /** Name of the comparison's folder. */
  get name(): string {
    return path.basename(this.#folder)
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
    return { fragments: this.#fragments, log: this.#state.logAfter(0) }
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
    this.#join()
    try {
      await this.refresh()
      // A number from elsewhere says nothing of what the page has.
      let event = after <= this.#state.events ? after : 0
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
        if (messages.length === 0 && !(await this.#news.next(quietMilliseconds, signal))) yield null
      }
    } finally {
      this.#leave()
    }
  }

  /**
   * Shows the report in place of the live page, to those who have it open, with a note on where it is to be found. Nobody waits
   * for the drawing of a report that nobody sees: who asks later is told the note.
   */
  async end(note: string): Promise<void> {
    const isFollowed = this.#followers > 0
    if (isFollowed) await this.refresh()
    await this.#finish(
      async () => {
        const found = isFollowed ? await readComparison(this.#folder) : undefined
        return found?.comparison
          ? renderEndedFragments(readReport(found), note)
          : renderEndedNotice(this.#state.view('interrupted'), note)
      },
      (reason) => renderEndedNotice(null, `${note} The report can't be shown here: ${reason}`),
    )
  }

  /** Shows that the comparison broke off. */
  async breakOff(message: string): Promise<void> {
    await this.#finish(
      async () => renderBrokenOffFragments(this.#state.view('interrupted'), message),
      () => renderBrokenOffFragments(null, message),
    )
  }

  /** Shows the end; in words that need no drawing where it can't be drawn. */
  async #finish(draw: () => Promise<Fragments>, tell: (reason: string) => Fragments): Promise<void> {
    if (!this.#isOver) this.#close(await draw().catch((error) => tell(reasonOf(error))))
  }

  #close(last: Fragments): void {
    if (this.#isOver) return
    this.#fragments = last
    this.#isOver = true
    clearInterval(this.#timer)
    this.#news.tell()
    if (this.#followers === 0) this.#onDone()
  }

  #messages(after: number, known: Map<FragmentName, string>): FeedMessage[] {
    const id = String(this.#state.events)
    const fragments = this.#fragments
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

  /** Reads what has happened since, and tells the open pages where something has changed. Never rejects. */
  refresh(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  // A failed reading or drawing must end neither the comparison nor its page: the next reading tries both again.
  async #readOn(): Promise<void> {
    try {
      await this.#readAndDraw()
    } catch (error) {
      if (!this.#isOver) this.#show(renderUndrawnFragments(this.#drawn, reasonOf(error)))
    }
  }

  async #readAndDraw(): Promise<void> {
    if (this.#isOver) return
    if (this.#own === null && !existsSync(this.#folder)) {
      this.#close(renderGoneFragments(this.#state.view('interrupted')))
      return
    }
    const before = this.#state.events
    // A process writes its last event before it leaves the folder.
    const isLeft = this.#own === null && !isInUse(this.#folder)
    for (let events = this.#tail.next(); events !== null; events = this.#tail.next()) {
      for (const event of events) this.#state.update(event)
      // Many events may have to be read at first, and others want to be answered meanwhile.
      await setImmediate()
    }
    const end = await this.#drawOthersEnd(isLeft)
    // The end may have come meanwhile, and stays.
    if (this.#isOver) return
    if (end !== null) {
      this.#close(end)
      return
    }
    this.#drawn = this.#drawing.draw(this.#status(isLeft))
    this.#show(this.#drawn, { isNews: before !== this.#state.events })
  }

  /** Draws the end of a comparison that another process has carried out; `null` where it has not ended. */
  async #drawOthersEnd(isLeft: boolean): Promise<Fragments | null> {
    const mayHaveEnded = this.#own === null && (this.#state.hasEnded || isLeft)
    if (!mayHaveEnded || !existsSync(path.join(this.#folder, comparisonFiles.comparison))) return null
    const found = await readComparison(this.#folder)
    if (found?.comparison) return renderEndedFragments(readReport(found), '')
    return found?.status === 'unreadable' ? this.#drawing.draw('unreadable') : null
  }

  #show(fragments: Fragments, { isNews = false } = {}): void {
    const isChanged = fragmentNames.some((name) => fragments[name] !== this.#fragments[name])
    this.#fragments = fragments
    if (isNews || isChanged) this.#news.tell()
  }

  #status(isLeft: boolean): LiveView['status'] {
    if (this.#own?.isCancelling()) return 'cancelling'
    return isLeft ? 'interrupted' : 'running'
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
    if (this.#isOver) this.#onDone()
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
