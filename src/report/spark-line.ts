import sparkly from 'sparkly'
import { mean } from '../compare/summary.js'

/** Widest spark line in characters: it shows a direction, and no figures. */
const widest = 8

/** Draws a curve of some values as a line of bars, `█▅▃▂▁`: more values than it has characters become means of neighbours. */
export function sparkLine(values: readonly number[]): string {
  const bars = Math.min(values.length, widest)
  return sparkly(
    Array.from({ length: bars }, (_, bar) =>
      mean(values.slice(edge(bar, bars, values.length), edge(bar + 1, bars, values.length))),
    ),
  )
}

/** Place of the first value of a bar. */
function edge(bar: number, bars: number, values: number): number {
  return Math.floor((bar * values) / bars)
}
