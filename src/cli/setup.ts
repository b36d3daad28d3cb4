import path from 'node:path'
import { frameworkNames } from '../framework-names.js'
import type { SetupLine } from '../lines/setup.js'
import { ProgressLine } from '../log/progress-line.js'
import { defaultRunsDirectory } from '../run/folder/files.js'
import { checkWritable } from '../run/folder/writing.js'
import { setUp } from '../setup/set-up.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import { findPython } from '../worker/interpreter.js'
import type { CommandContext, OutputOptions } from './context.js'
import { doctorCommand } from './doctor.js'

export interface SetupOptions extends OutputOptions {
  readonly python?: string
  readonly device: 'auto' | 'cpu' | 'gpu'
  readonly torchIndex?: string
}

/** Carries out `twintune setup`: makes or completes the Python environments here, then says what `doctor` says. */
export async function setupCommand(
  { python, device, torchIndex, json = false, quiet = false }: SetupOptions,
  context: CommandContext,
): Promise<number> {
  const { stdout, stderr, streams, cwd, signal } = context
  checkWritable(cwd)
  const line = new ProgressLine(streams.stderr, quiet)
  const folders = new Set<string>()
  try {
    await setUp({
      project: cwd,
      // A path that a user wrote is relative to where the user is; a bare command is looked for on the path.
      python: python?.includes(path.sep) ? path.resolve(cwd, python) : (python ?? null),
      device,
      torchIndex: torchIndex ?? null,
      signal,
      onStep: (step) => {
        line.clear()
        if (step.folder !== null) folders.add(step.folder)
        if (json) stdout(JSON.stringify({ type: 'setup', ...step } satisfies SetupLine))
        if (!quiet) stderr(visible(step.text))
      },
      onProgress: (text) => line.show(visible(text)),
    })
  } finally {
    line.clear()
  }
  for (const framework of Object.keys(frameworkNames) as Framework[]) {
    const used = findPython(framework)
    if ([...folders].some((folder) => used.startsWith(`${folder}${path.sep}`))) continue
    stderr(
      visible(
        `warning ${frameworkNames[framework]} runs with ${used} and not with what was set up here: unset the TWINTUNE_PYTHON variables, or remove that environment.`,
      ),
    )
  }
  return doctorCommand({ json, quiet, out: defaultRunsDirectory }, context)
}
