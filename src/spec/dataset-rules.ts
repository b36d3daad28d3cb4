import { isLocalFolder } from './file-paths.js'
import { numberAt, type Rule, type Violation, violationIf } from './rule.js'
import { getWithDefaults as getIn } from './schema-walk.js'

/** Rules that bind several fields of the data set. */
export const datasetRules: readonly Rule[] = [
  splitsDiffer,
  columnsDiffer,
  splitColumnStandsAlone,
  splitLeavesTraining,
  hubHasRevisions,
  hubNameIsName,
]

// Images that are trained on make any test look good.
function splitsDiffer(spec: unknown): Violation[] {
  const kinds = [
    ['train', 'validation', 'test'],
    ['trainSplit', 'validationSplit', 'testSplit'],
  ]
  return kinds.flatMap((fields) =>
    fields.flatMap((field, index) => {
      const value = fieldOf(spec, field)
      const same = fields.slice(0, index).find((other) => fieldOf(spec, other) === value)
      const isBroken = typeof value === 'string' && same !== undefined
      return violationIf(isBroken, ['dataset', field], `is the same as dataset.${same}`)
    }),
  )
}

function columnsDiffer(spec: unknown): Violation[] {
  const fields = ['pathColumn', 'imageColumn', 'labelColumn', 'splitColumn']
  return fields.flatMap((field, index) => {
    const value = fieldOf(spec, field)
    const same = fields.slice(0, index).find((other) => fieldOf(spec, other) === value)
    const isBroken = typeof value === 'string' && same !== undefined
    return violationIf(isBroken, ['dataset', field], `is the same column as dataset.${same}`)
  })
}

function splitColumnStandsAlone(spec: unknown): Violation[] {
  if (fieldOf(spec, 'splitColumn') === undefined) return []
  return ['validation', 'test'].flatMap((field) =>
    violationIf(
      fieldOf(spec, field) !== undefined,
      ['dataset', field],
      'the rows of dataset.splitColumn are the splits: give one of the two',
    ),
  )
}

function splitLeavesTraining(spec: unknown): Violation[] {
  const isGiven = (fields: string[]) => fields.some((field) => fieldOf(spec, field) !== undefined)
  if (isGiven(['test', 'testSplit', 'validation', 'validationSplit'])) return []
  const validation = numberAt(spec, ['dataset', 'validationFraction'])
  const test = numberAt(spec, ['dataset', 'testFraction'])
  const larger = validation >= test ? 'validationFraction' : 'testFraction'
  const message = `validationFraction (${validation}) and testFraction (${test}) leave no images to train on`
  const leavesNone = validation < 1 && test < 1 && validation + test >= 1
  return violationIf(leavesNone, ['dataset', larger], message)
}

function hubHasRevisions(spec: unknown): Violation[] {
  const isBroken = fieldOf(spec, 'revision') !== undefined && isLocalFolder(hubName(spec))
  return violationIf(
    isBroken,
    ['dataset', 'revision'],
    'is for datasets on the hub: a local folder has one state',
  )
}

function hubNameIsName(spec: unknown): Violation[] {
  const name = hubName(spec)
  const isBroken = name !== '' && !isLocalFolder(name) && !/^[\w.-]+(\/[\w.-]+)?$/.test(name)
  const message = `must be a name on the hub, such as owner/name, or a local folder, which begins with ./, ../ or /, got ${name}`
  return violationIf(isBroken, ['dataset', 'train'], message)
}

/** Name or folder of a Hugging Face dataset; an empty text where the source is another one. */
function hubName(spec: unknown): string {
  const train = fieldOf(spec, 'train')
  return fieldOf(spec, 'source') === 'huggingface' && typeof train === 'string' ? train : ''
}

function fieldOf(spec: unknown, field: string): unknown {
  return getIn(spec, ['dataset', field])
}
