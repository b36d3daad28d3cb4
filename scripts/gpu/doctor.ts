import { frameworkNames } from '../../src/framework-names.js'
import { type DoctorLine, doctorLineSchema } from '../../src/lines/doctor.js'
import { failureLines } from '../../src/report/failures.js'
import type { Framework } from '../../src/spec/schema.js'
import { type FigureTable, jsonLines } from './figures.js'
import { frameworks } from './settings.js'

/** What `doctor --json` says of the frameworks, by their names; one is missing where doctor did not end. */
export type Diagnosis = Partial<Record<Framework, DoctorLine>>

/** Reads the lines of `doctor --json`; none where there are none that can be read. */
export function readDiagnosis(stdout: string): Diagnosis {
  const lines = jsonLines(stdout).flatMap((line) => doctorLineSchema.safeParse(line).data ?? [])
  return Object.fromEntries(lines.map((line) => [line.framework, line]))
}

/** Says in a few words why a framework can't do a step on the device; null where it can. */
export function whyUnusable(
  framework: Framework,
  device: 'cpu' | 'gpu',
  diagnosis: Diagnosis,
): string | null {
  const name = frameworkNames[framework]
  const line = diagnosis[framework]
  if (!line) return `doctor has said nothing of ${name}`
  if (line.failure?.code === 'CANCELLED') return `doctor was ended before it knew of ${name}`
  if (line.failure) return `${name} can't be used: ${failureLines(line.failure)[0]}`
  if (!line.inspection) return `doctor has found nothing of ${name}`
  const seesGpu = line.inspection.devices.some((name) => name.startsWith('gpu:'))
  return device === 'gpu' && !seesGpu ? `${name} sees no GPU` : null
}

/** Says of each framework that can't be used why that is, with its devices and its build. */
export function obstaclesOf(device: 'cpu' | 'gpu', diagnosis: Diagnosis): string[] {
  return frameworks.flatMap((framework) => {
    const reason = whyUnusable(framework, device, diagnosis)
    if (reason === null) return []
    const { inspection = null } = diagnosis[framework] ?? {}
    return inspection === null
      ? [reason]
      : [`${reason} (its devices: ${inspection.devices.join(', ')}; its build: ${inspection.gpuSupport})`]
  })
}

/** Versions, devices and builds of frameworks, on which the steps' results depend. */
export function conditionsOf(diagnosis: Diagnosis, users: readonly Framework[]): string[] {
  return users.map((framework) => {
    const { inspection = null } = diagnosis[framework] ?? {}
    return JSON.stringify([
      framework,
      inspection && [inspection.python, inspection.versions, inspection.devices, inspection.gpuSupport],
    ])
  })
}

/** Says in a sentence which devices each framework finds, or why it can't be used. */
export function readDevices(stdout: string): string {
  const texts = Object.values(readDiagnosis(stdout)).map(
    ({ framework, failure, inspection }) =>
      `${frameworkNames[framework]}: ${failure ? (failureLines(failure)[0] ?? '') : (inspection?.devices.join(', ') ?? '')}`,
  )
  return `${texts.join('; ')}.`
}

/** The frameworks as doctor sees them, as a table. */
export function readDoctor(stdout: string): FigureTable[] {
  const lines = Object.values(readDiagnosis(stdout))
  if (lines.length === 0) throw new Error('doctor printed nothing')
  return [
    {
      title: 'What each framework finds',
      note: '',
      head: ['', ...lines.map(({ framework }) => frameworkNames[framework])],
      rows: [
        ['state', ...lines.map(({ failure }) => (failure ? failureLines(failure).join(' ') : 'ready'))],
        ['devices', ...lines.map(({ inspection }) => inspection?.devices.join(', ') ?? '')],
        ['GPU support', ...lines.map(({ inspection }) => inspection?.gpuSupport ?? '')],
        ['Python', ...lines.map(({ inspection }) => inspection?.python ?? '')],
        [
          'packages',
          ...lines.map(({ inspection }) =>
            Object.entries(inspection?.versions ?? {})
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
          ),
        ],
      ],
    },
  ]
}
