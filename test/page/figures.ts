// Figures read back from a rendered page, by no formatter of the page's.

/** A figure as it is written, and the unit of its last place. */
interface Written {
  readonly text: string
  readonly value: number
  readonly lastPlace: number
  /** Whether the figure is only said to be nearer to zero than `value`, as in `<0.001`. */
  readonly isBound: boolean
}

const figure = /(?<sign>[+-]?)(?<bound><?)(?<whole>\d[\d,]*)(?:\.(?<part>\d+))?(?:e(?<exponent>[+-]?\d+))?/g

/** Reads the figures in a text, in their order. */
export function figuresIn(text: string): Written[] {
  return [...text.matchAll(figure)].map((match) => {
    const { sign = '', bound = '', whole = '', part = '', exponent = '0' } = match.groups ?? {}
    return {
      text: match[0],
      value: Number(`${sign}${whole.replaceAll(',', '')}.${part || '0'}e${exponent}`),
      lastPlace: 10 ** (Number(exponent) - part.length),
      isBound: bound !== '',
    }
  })
}

/** Whether a written figure stands for a value: it is at most half a unit of its last place away. */
export function standsFor({ value: written, lastPlace, isBound }: Written, value: number): boolean {
  // Numbers in binary lie a little beside the decimal half.
  const slack = 1e-9 * Math.max(Math.abs(value), lastPlace)
  if (isBound) return value !== 0 && Math.abs(value) < Math.abs(written) && value > 0 === written > 0
  return Math.abs(written - value) <= lastPlace / 2 + slack
}
