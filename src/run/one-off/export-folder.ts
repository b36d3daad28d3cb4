import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { TwintuneError } from '../../failure.js'
import { writing } from '../folder/writing.js'
import { makeFolders } from '../machine/folders.js'

/** Name of the model card in the folder of an export. */
export const modelCard = 'README.md'

/** Name of a file that every export has, and no other folder of a model, by which an earlier export is known. */
const signature = 'preprocessing.json'

/** Names of all that an export writes; those of the artefacts stand in `exporting/formats.py` too. */
export const exportedNames: ReadonlySet<string> = new Set([
  modelCard,
  signature,
  ...['preprocess.py', 'preprocess.mjs', 'config.json'],
  ...['model.safetensors', 'model.keras', 'saved-model', 'model.onnx', 'model.onnx.data', 'model.pt2'],
])

/**
 * Refuses a folder that holds something else than an earlier export, since it would be deleted. Names such as `README.md` and
 * `model.safetensors` are common: the folder of a run's own model has one, and so has a model of Hugging Face.
 */
export function checkReplaceable(folder: string): void {
  const names = writing(folder, () => (existsSync(folder) ? readdirSync(folder) : []))
  const other =
    names.find((name) => !exportedNames.has(name)) ?? (names.includes(signature) ? null : names[0])
  if (other === null || other === undefined) return
  throw new TwintuneError({
    code: 'FOLDER_UNWRITABLE',
    message: `${folder} holds ${other}, which no export wrote: the folder of an export is replaced as a whole.`,
    hint: 'Name a new folder with --out.',
  })
}

/** Makes an empty folder beside the folder of an export, so that it can be renamed into its place. */
export function makeDraft(folder: string): string {
  const parent = path.dirname(folder)
  makeFolders(parent)
  const draft = mkdtempSync(path.join(parent, '.twintune-export-'))
  // The folder is made for the user alone, whatever the user's mask lets others read.
  chmodSync(draft, 0o777 & ~process.umask())
  return draft
}

/** Puts a finished draft in the place of an earlier export. */
export function replaceFolder(folder: string, draft: string): void {
  // An export takes minutes, in which somebody may have put something else there.
  checkReplaceable(folder)
  const before = `${draft}-before`
  if (existsSync(folder)) renameSync(folder, before)
  renameSync(draft, folder)
  rmSync(before, { recursive: true, force: true })
}
