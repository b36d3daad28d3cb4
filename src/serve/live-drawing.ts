import { type Fragments, renderLiveCurves, renderLiveFragments } from '../page/served/live-page.js'
import type { LiveView } from '../page/served/live-view.js'
import type { LiveState } from './live-state.js'

/** Curves take far longer to draw than the rest, on the machine whose runs are being timed. */
const millisecondsBetweenCurves = 2000

/** Drawing of a comparison that goes on, whose curves change less often than the rest. */
export class LiveDrawing {
  readonly #state: LiveState
  readonly #canCancel: boolean
  #curves = { epochs: 0, html: '', drawnAt: 0 }

  constructor(state: LiveState, { canCancel }: { readonly canCancel: boolean }) {
    this.#state = state
    this.#canCancel = canCancel
  }

  /** Draws the comparison as it is now. */
  draw(status: LiveView['status']): Fragments {
    const view = this.#state.view(status)
    return {
      ...renderLiveFragments(view, { canCancel: this.#canCancel }),
      curves: this.#drawCurves(view),
    }
  }

  #drawCurves(view: LiveView): string {
    const epochs = view.curves.reduce((sum, run) => sum + run.epochs.length, 0)
    const now = performance.now()
    const isDue = this.#curves.epochs === 0 || now - this.#curves.drawnAt >= millisecondsBetweenCurves
    if (epochs !== this.#curves.epochs && isDue)
      this.#curves = { epochs, html: renderLiveCurves(view), drawnAt: now }
    return this.#curves.html
  }
}
