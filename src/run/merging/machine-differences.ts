import type { MachineDifference } from '../../compare/merging.js'
import { frameworkNames } from '../../framework-names.js'
import type { MachineEnvironment } from '../folder/environment-file.js'
import { finishedRunOf } from './fitting.js'
import type { Part } from './part.js'

const gibibyte = 2 ** 30
const notRecorded = 'not recorded'

/** Lists the properties in which the machines of parts differ, from their records and from what the runs read back. */
export function machineDifferences(parts: readonly Part[]): MachineDifference[] {
  return (
    properties
      .map(({ property, read }) => ({ property, values: parts.map((part) => textOf(read(part))) }))
      // A part in which no run of a framework finished has no device of it: it is not known to differ.
      .filter(({ values }) => new Set(values.filter((value) => value !== notRecorded)).size > 1)
  )
}

interface Property {
  readonly property: string
  readonly read: (part: Part) => readonly (string | undefined)[]
}

const properties: readonly Property[] = [
  ofMachine('processor', ({ cpu }) => cpu?.model),
  ofMachine('processors that twintune may use', ({ cpu }) => cpu && `${cpu.available} of ${cpu.count}`),
  ofMachine('memory', ({ memoryBytes }) => memoryBytes && `${(memoryBytes / gibibyte).toFixed(0)} GiB`),
  ofMachine('operating system', ({ platform }) => platform),
  ofMachine('Node', ({ node }) => node),
  ofMachine('commit', ({ gitCommit }) => gitCommit ?? undefined),
  ...(['tensorflow', 'pytorch'] as const).flatMap((framework): Property[] => [
    ofMachine(`devices of ${frameworkNames[framework]}`, ({ frameworks }) =>
      frameworks?.[framework]?.devices?.join(', '),
    ),
    {
      property: `device of ${frameworkNames[framework]}'s runs`,
      read: (part) => [finishedRunOf(part, framework)?.facts.device],
    },
    {
      property: `threads of ${frameworkNames[framework]}'s runs`,
      read: (part) => [finishedRunOf(part, framework)?.facts.threads],
    },
  ]),
]

function ofMachine(
  property: string,
  read: (environment: MachineEnvironment) => string | 0 | undefined,
): Property {
  return {
    property,
    read: ({ environments }) => {
      // A machine that merged other parts, or was given up on before a framework was there, has carried no run out.
      const atWork = environments.filter(({ frameworks = {} }) => Object.keys(frameworks).length > 0)
      return (atWork.length > 0 ? atWork : environments).map((each) => read(each) || undefined)
    },
  }
}

function textOf(values: readonly (string | undefined)[]): string {
  return [...new Set(values.map((value) => value ?? notRecorded))].join(' / ')
}
