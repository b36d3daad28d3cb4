import { frameworkNames } from '../framework-names.js'
import type { PlannedRecording } from '../plan/plan-recordings.js'
import type { RecordingProgress } from '../protocol/progress.js'
import { recordingName } from '../report/parity-texts.js'
import type { Framework } from '../spec/schema.js'

const stages = {
  data: 'reading the data',
  build: 'building the model',
  features: 'one batch, forward and backward',
  evaluate: 'ten steps',
} as const satisfies Record<Extract<RecordingProgress, { type: 'stage' }>['stage'], string>

/** Makes a printer of the progress of `verify`: a line where something begins and each warning, or warnings alone. */
export function recordingProgressPrinter(
  print: (line: string) => void,
  quiet: boolean,
): (framework: Framework, recording: PlannedRecording, progress: RecordingProgress) => void {
  const told = new Set<string>()
  // Each recording finds the same in the data, and each step is told of.
  const printOnce = (line: string): void => {
    if (!told.has(line)) print(line)
    told.add(line)
  }
  return (framework, recording, progress) => {
    const name = frameworkNames[framework]
    if (progress.type === 'warning') printOnce(`warning ${name}: ${progress.message}`)
    else if (!quiet) printOnce(`${name}, ${recordingName(recording)}: ${stages[progress.stage]}`)
  }
}
