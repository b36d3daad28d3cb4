import { frameworkNames } from '../framework-names.js'
import type { Examination, Machine, Room } from '../lines/doctor.js'
import { failureLines } from './failures.js'
import { formatBytes } from './format.js'
import { createStyle, type RenderOptions, type Style } from './style.js'
import { renderSection, renderTable } from './table.js'

/** Renders the findings of `doctor` for people: a section for each framework, and one for the machine. */
export function renderDoctorReport(
  examinations: readonly Examination[],
  machine: Machine | null,
  options: RenderOptions,
): string {
  const style = createStyle(options)
  const sections = groupByCause(examinations).map((group) => frameworkSection(group, style))
  return [...sections, ...(machine ? [machineSection(machine, style)] : [])].join('\n\n')
}

/** Groups the frameworks that are unusable for the same reason, which is told once. */
function groupByCause(examinations: readonly Examination[]): readonly Group[] {
  const groups: Group[] = []
  for (const { framework, ...found } of examinations) {
    const same = groups.find(
      ({ interpreter, failure }) =>
        found.failure !== null &&
        failure?.message === found.failure.message &&
        failure.hint === found.failure.hint &&
        interpreter === found.interpreter,
    )
    if (same) same.frameworks.push(framework)
    else groups.push({ frameworks: [framework], ...found })
  }
  return groups
}

type Group = Omit<Examination, 'framework'> & { readonly frameworks: Examination['framework'][] }

function frameworkSection({ frameworks, interpreter, inspection, failure }: Group, style: Style): string {
  const { green, red } = style.colors
  const names = frameworks.map((framework) => frameworkNames[framework]).join(' and ')
  const title = `${names}: ${failure ? red('not usable') : green('ready')}`
  const found = inspection
    ? [
        ['interpreter', inspection.executable],
        ['Python', inspection.python],
        ['packages', versionList(inspection.versions)],
        ['devices', inspection.devices.join(', ')],
        ['GPU support', inspection.gpuSupport],
      ]
    : [['interpreter', interpreter]]
  const missing = failure ? [['problem', failureLines(failure).join('\n')]] : []
  return renderFacts(title, [...found, ...missing], style)
}

function machineSection(machine: Machine, style: Style): string {
  const { cpu, loadAverage, memoryBytes, freeMemoryBytes, runs, cache } = machine
  const rows = [
    ['CPU', `${cpu.count} × ${cpu.model}`],
    ['load', loadAverage.map((load) => load.toFixed(2)).join(', ')],
    ['memory', `${formatBytes(freeMemoryBytes)} of ${formatBytes(memoryBytes)} free`],
    ['comparisons', roomText(runs, '--out', style)],
    ['cache', roomText(cache, 'TWINTUNE_CACHE_DIR', style)],
  ]
  return renderFacts('This machine', rows, style)
}

function renderFacts(title: string, rows: readonly (readonly string[])[], style: Style): string {
  return renderSection(title, renderTable(rows, { align: ['left', 'left'], fold: true }, style), style)
}

function roomText({ folder, freeBytes, writable }: Room, elsewhere: string, style: Style): string {
  if (!writable) return `${folder} ${style.colors.red(`can't be written: choose another with ${elsewhere}`)}`
  return `${folder} (${formatBytes(freeBytes)} free)`
}

function versionList(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}
