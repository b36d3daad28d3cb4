/** Mark of a drawing: a path or a text, with its place in the drawing. */
export interface Mark {
  readonly fill: string
  readonly x: number
  readonly y: number
  readonly text: string
}

/** Texts of a drawing with their places, in the order in which they are drawn. */
export function textsIn(drawing: string): Mark[] {
  return [...drawing.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', text = '']) => ({
    ...placeOf(attributes),
    text,
  }))
}

/** Shapes of a drawing with a colour, with the places of their middles. */
export function shapesIn(drawing: string, fill: string): Mark[] {
  return [...drawing.matchAll(/<path([^>]*)>/g)]
    .map(([, attributes = '']) => ({ ...placeOf(attributes), text: '' }))
    .filter((shape) => shape.fill === fill)
}

function placeOf(attributes: string): Omit<Mark, 'text'> {
  const [, numbers = ''] = /transform="(?:matrix|translate)\(([^)]*)\)"/.exec(attributes) ?? []
  const [x = Number.NaN, y = Number.NaN] = numbers.split(/[ ,]+/).slice(-2).map(Number)
  const [, fill = ''] = /fill="([^"]*)"/.exec(attributes) ?? []
  return { fill, x, y }
}
