/** Piece of a line, which may be left out where the line is too long. */
export interface Segment {
  /** Rank of the segment: the highest is the first to go when the line is too long. */
  readonly rank: number
  readonly narrowest: number
  readonly widest: number
  /** Renders the text in a width in characters, colours not counted. */
  readonly render: (width: number) => string
}

const gap = '  '

/** Makes a segment of a text that has no colours yet and keeps its width. */
export function textSegment(rank: number, text: string, paint = (plain: string) => plain): Segment {
  return { rank, narrowest: text.length, widest: text.length, render: (width) => paint(text.slice(0, width)) }
}

/** Joins the segments in a line of at most `columns` characters, without the segments that have no room. */
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
