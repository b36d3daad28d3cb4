/** Makes the list of comparisons one that is sorted by its columns' titles and filtered by a text. */
export function makeList(form: HTMLFormElement): void {
  const body = form.querySelector('tbody')
  if (body === null) return
  const rows = [...body.rows]
  const filter = form.querySelector<HTMLInputElement>('[data-filter]')
  const compare = form.querySelector<HTMLButtonElement>('[data-compare]')
  const count = form.querySelector<HTMLElement>('[data-count]')

  const update = (): void => {
    const words = (filter?.value ?? '').toLowerCase().split(/\s+/)
    for (const row of rows) {
      const text = row.textContent?.toLowerCase() ?? ''
      row.hidden = !words.every((word) => text.includes(word))
    }
    const shown = rows.filter(({ hidden }) => !hidden).length
    const chosen = form.querySelectorAll('[name="names"]:checked').length
    const most = Number(compare?.dataset.compare)
    if (compare !== null) compare.disabled = chosen < 2 || chosen > most
    if (count !== null)
      count.textContent = [
        ...(shown === rows.length ? [] : [`${shown} of ${rows.length} shown`]),
        ...(chosen === 0 ? [] : [`${chosen} chosen`]),
        ...(chosen > most ? [`at most ${most} fit side by side`] : []),
      ].join(', ')
  }

  filter?.addEventListener('input', update)
  filter?.addEventListener('keydown', (event) => {
    // The form would be sent.
    if (event.key === 'Enter') event.preventDefault()
  })
  form.addEventListener('change', update)
  for (const button of form.querySelectorAll<HTMLButtonElement>('[data-sort]'))
    button.addEventListener('click', () => sortBy(button, rows, body))
  // A browser may have kept what was typed and chosen before.
  update()
}

const texts = new Intl.Collator('en', { numeric: true })

function sortBy(button: HTMLButtonElement, rows: readonly HTMLTableRowElement[], body: HTMLElement): void {
  const title = button.closest('th')
  if (title === null) return
  const isAscending = title.getAttribute('aria-sort') !== 'ascending'
  for (const other of title.parentElement?.children ?? [])
    if (other.hasAttribute('aria-sort')) other.setAttribute('aria-sort', 'none')
  title.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending')
  const sortedBy = (row: HTMLTableRowElement): string => {
    const cell = row.cells[title.cellIndex]
    return cell?.dataset.value ?? cell?.textContent ?? ''
  }
  const sorted = rows.toSorted((one, other) => texts.compare(sortedBy(one), sortedBy(other)))
  body.append(...(isAscending ? sorted : sorted.reverse()))
}
