import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ejectScripts } from '../eject/eject.js'
import { TwintuneError } from '../failure.js'
import type { EjectLine } from '../lines/eject.js'
import { writing } from '../run/folder/writing.js'
import { makeFolders } from '../run/machine/folders.js'
import type { Framework } from '../spec/schema.js'
import { visible } from '../visible.js'
import type { CommandContext, SpecOptions } from './context.js'
import { exitCodes } from './exit-code.js'
import { loadSpec } from './load-spec.js'

export interface EjectCommandOptions extends Omit<SpecOptions, 'seeds'> {
  readonly out: string
  /** Seed of the run that the scripts repeat; without it, the first seed of the specification. */
  readonly seed?: number
  /** Framework whose script is written; without it, both are. */
  readonly framework?: Framework
}

const fileNames = {
  weights: 'make_weights.py',
  tensorflow: 'train_tensorflow.py',
  pytorch: 'train_pytorch.py',
} as const

/** Carries out `twintune eject SPEC`: writes plain training scripts. Starts no Python. */
export async function ejectCommand(
  spec: string,
  options: EjectCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { out, seed, framework, json = false, quiet = false } = options
  const { stdout, stderr, cwd } = context
  const experiment = await loadSpec(spec, options, context)
  const folder = path.resolve(cwd, out)
  const texts = ejectScripts(experiment, { framework, seed, directory: folder })
  const scripts = (Object.keys(fileNames) as (keyof typeof fileNames)[]).flatMap((script) => {
    const text = texts[script]
    return text === undefined ? [] : [{ script, text, file: path.join(folder, fileNames[script]) }]
  })
  for (const { file, text } of scripts) keepOthers(file, text)
  writing(folder, () => makeFolders(folder))
  for (const { script, file, text } of scripts) {
    writing(file, () => writeFileSync(file, text))
    const line: EjectLine = { type: 'script', script, file }
    stdout(json ? JSON.stringify(line) : visible(file))
  }
  if (!quiet && texts.weights !== undefined)
    stderr(`Start ${fileNames.weights} first: it writes the weights that the training begins with.`)
  if (!quiet && !experiment.deterministic)
    stderr('Only with deterministic: true do the scripts give the same bits as a run.')
  return exitCodes.done
}

// A script that was ejected before may have been worked on since.
function keepOthers(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') === text) return
  throw new TwintuneError({
    code: 'FILE_UNWRITABLE',
    message: `There is another ${file} already, which may have been changed by hand.`,
    hint: 'Choose another folder with --out, or delete the file.',
  })
}
