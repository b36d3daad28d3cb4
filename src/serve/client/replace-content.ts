/** Replaces the content of an element, and keeps what the reader did to the old one: opened, scrolled, went to by keys. */
export function replaceContent(element: HTMLElement, html: string): void {
  const opened = [...element.querySelectorAll('details')].map(({ open }) => open)
  const scrolled = scrollersIn(element).map(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop }))
  const focused = focusableIn(element).findIndex((candidate) => candidate.matches(':focus'))
  element.innerHTML = html
  for (const [index, details] of element.querySelectorAll('details').entries())
    details.open = opened[index] ?? details.open
  for (const [index, scroller] of scrollersIn(element).entries()) Object.assign(scroller, scrolled[index])
  if (focused >= 0) focusableIn(element)[focused]?.focus({ preventScroll: true })
}

function scrollersIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('.scroll, pre')]
}

function focusableIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('a, button, input, summary, [tabindex]')]
}
