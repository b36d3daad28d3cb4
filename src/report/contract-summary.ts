import { brokenRows } from '../compare/behaviour.js'
import type { Comparison, ContractRow } from '../compare/comparison.js'
import { frameworksOf } from './runs.js'
import type { Style } from './style.js'
import { renderProse, renderSection, renderTable } from './table.js'

/** Renders the fairness contract: identical ingredients in one line, every other with its evidence. */
export function renderContract({ contract, runs }: Comparison, style: Style): string | null {
  if (frameworksOf(runs).length < 2) return null
  const title = 'Fairness contract'
  if (contract.length === 0) {
    return renderSection(title, renderProse('None: no seed was finished by both frameworks.', style), style)
  }
  const { green, yellow, cyan, dim } = style.colors
  const identical = contract.filter((row) => row.state === 'identical').map((row) => row.ingredient)
  const rows = [
    ...(identical.length === 0 ? [] : [[green('identical'), identical.join(', ')]]),
    ...rowsWithEvidence(contract, 'equivalent', cyan),
    ...rowsWithEvidence(contract, 'different', yellow),
    ...rowsWithEvidence(contract, 'unchecked', dim),
  ]
  return renderSection(title, renderTable(rows, { align: ['left', 'left'], fold: true }, style), style)
}

/** Renders the fairness contract in a few lines: which rows aren't identical, and with evidence those that leave a doubt. */
export function renderContractSummary({ contract, runs }: Comparison, style: Style): string | null {
  if (frameworksOf(runs).length < 2 || contract.length === 0) return null
  const { green, yellow, cyan, dim } = style.colors
  const named = (state: ContractRow['state']) =>
    contract.filter((row) => row.state === state).map((row) => row.ingredient)
  const line = (state: ContractRow['state'], paint: (text: string) => string, text: string) =>
    named(state).length === 0 ? [] : [[paint(state), text]]
  const rows = [
    ...line('identical', green, `${named('identical').length} of ${contract.length} rows`),
    ...line('equivalent', cyan, named('equivalent').join(', ')),
    ...line('different', yellow, named('different').join(', ')),
    ...rowsWithEvidence(contract, 'unchecked', dim),
  ]
  return renderSection(
    'Fairness contract',
    renderTable(rows, { align: ['left', 'left'], fold: true }, style),
    style,
  )
}

/** Renders the rows by which two aligned frameworks did different work, for the top of the report; `null` without any. */
export function renderDifferentWork({ mode, contract }: Comparison, style: Style): string | null {
  const rows = brokenRows(mode, contract).map(({ ingredient, evidence }) => [ingredient, evidence])
  if (rows.length === 0) return null
  const table = renderTable(rows, { align: ['left', 'left'], fold: true }, style)
  const note =
    'A difference between their results says nothing about the frameworks. twintune verify may name the place; steps that ' +
    "could not be taken again are kept in steps/ of the run's folder."
  return renderSection('The frameworks did different work', `${table}\n\n${renderProse(note, style)}`, style)
}

/** Rows of the ingredients that aren't identical. A state is written once, before its first ingredient. */
function rowsWithEvidence(
  contract: readonly ContractRow[],
  state: ContractRow['state'],
  paint: (text: string) => string,
): string[][] {
  return contract
    .filter((row) => row.state === state)
    .map(({ ingredient, evidence }, index) => [index === 0 ? paint(state) : '', `${ingredient}: ${evidence}`])
}
