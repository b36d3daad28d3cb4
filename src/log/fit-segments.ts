/** A piece of a line. */
export interface Segment {
  /** The segment of the highest rank is the first to go when the line is too long. */
  readonly rank: number
  readonly narrowest: number
  readonly widest: number
  /** The text in that width, colours not counted. */
  readonly render: (width: number) => string
}

const gap = '  '

/** A segment of a text as it stands, which has no colours yet. */
export function textSegment(rank: number, text: string, paint = (plain: string) => plain): Segment {
  return { rank, narrowest: text.length, widest: text.length, render: (width) => paint(text.slice(0, width)) }
}

/** The segments in a line of at most `columns` characters, without those that have no room. */
export function fitSegments(segments: readonly Segment[], columns: number): string {
  let spare = columns - widthOf(segments)
  if (spare < 0 && segments.length > 1) {
    const highest = Math.max(...segments.map(({ rank }) => rank))
    return fitSegments(
      segments.filter(({ rank }) => rank !== highest),
      columns,
    )
  }
  return segments
    .map(({ narrowest, widest, render }) => {
      const width = Math.min(narrowest + spare, widest)
      spare -= width - narrowest
      return render(width)
    })
    .join(gap)
}

function widthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { narrowest }) => sum + narrowest, gap.length * (segments.length - 1))
}
