import { stringify } from 'yaml'
import { visibleText } from '../visible.js'
import { type Candidate, imagesOf } from './candidate.js'

export interface SpecificationOptions {
  /** Name of the experiment. */
  readonly name: string
  readonly candidate: Candidate
  /** Path of the JSON Schema from the specification, for editors; null where it isn't there. */
  readonly schema: string | null
  /** Command that carries the specification out. */
  readonly command: string
}

const about = {
  whole: 'A frozen EfficientNet-Lite0 and a new head on your images, six times in each framework:',
  imageSize:
    "Height and width in pixels. This backbone's weights want 32k + 1; a smaller one, such as 97, is faster.",
  model: 'This backbone brings its ImageNet weights in a package. `twintune backbones` lists the others.',
  phases: 'The head alone. A second phase could go on with `trainable: { lastStages: 1 }`.',
  seeds: 'A run of each framework for each seed. Six pairs are the fewest that can have a winner.',
}

/** Writes a specification in YAML that runs as it is, with a comment for each decision in it. */
export function yamlSpecification({ name, candidate, schema, command }: SpecificationOptions): string {
  const dataset = datasetFields(candidate).map(([key, text]) => `  ${key}: ${yamlText(text)}`)
  return `${schema === null ? '' : `# yaml-language-server: $schema=${schema}\n\n`}# ${about.whole}
#   ${visibleText(command)}
name: ${yamlText(name)}

dataset:
  # ${aboutData(candidate)}
  # Paths start from the folder of this file.
${dataset.join('\n')}
  # ${about.imageSize}
  imageSize: 225

model:
  # ${about.model}
  backbone: efficientnet_lite0

training:
  phases:
    # ${about.phases}
    - epochs: 5
      trainable: head

# ${about.seeds}
seeds: [0, 1, 2, 3, 4, 5]
`
}

/** Writes the same specification in TypeScript. */
export function typescriptSpecification({ name, candidate, command }: SpecificationOptions): string {
  const dataset = datasetFields(candidate).map(([key, text]) => `    ${key}: ${typescriptText(text)},`)
  return `// ${about.whole}
//   ${visibleText(command)}
import { defineExperiment } from 'twintune'

export default defineExperiment({
  name: ${typescriptText(name)},
  dataset: {
    // ${aboutData(candidate)}
    // Paths start from the folder that the command is started in.
${dataset.join('\n')}
    // ${about.imageSize}
    imageSize: 225,
  },
  // ${about.model}
  model: { backbone: 'efficientnet_lite0' },
  training: {
    // ${about.phases}
    phases: [{ epochs: 5, trainable: 'head' }],
  },
  // ${about.seeds}
  seeds: [0, 1, 2, 3, 4, 5],
})
`
}

function aboutData(candidate: Candidate): string {
  const { classes, validation, test } = candidate
  const apart = [...(validation ? [] : ['validation']), ...(test ? [] : ['the test'])]
  const counts = `${imagesOf(candidate).toLocaleString('en')} images of ${classes.length.toLocaleString('en')} classes.`
  return apart.length === 0
    ? counts
    : `${counts} A fifth is set apart for ${apart.join(', and a fifth for ')}.`
}

/** Fields of the data set that are texts, in the order in which they are written. */
function datasetFields({
  source,
  train,
  validation,
  test,
  columns,
}: Candidate): readonly (readonly [string, string])[] {
  // A column that names the splits stands in place of files for them.
  const others = columns.splitColumn === undefined ? { validation, test } : {}
  return [
    ['source', source],
    ['train', train.path || '.'],
    ...Object.entries(others).flatMap(([key, split]) => (split ? [[key, split.path] as const] : [])),
    ...Object.entries(columns),
  ]
}

function yamlText(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd()
}

function typescriptText(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
