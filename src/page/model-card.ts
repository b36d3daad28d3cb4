import type { PhrasingContent, RootContent } from 'mdast'
import type { Comparison } from '../compare/comparison.js'
import { frameworkNames } from '../framework-names.js'
import type { ExportFormat } from '../protocol/export-format.js'
import { formatBytes, formatError, formatNumberOf, formatPercent } from '../report/format.js'
import { type Metric, metricFormats } from '../report/metric-format.js'
import type { DescribedExport } from '../run/one-off/export-model.js'
import { visible } from '../visible.js'
import { heading, list, paragraph, tableOf, writeMarkdown } from './markdown.js'

/** Renders the model card of an export as Markdown: how the artefacts are used, and what is known of the model. */
export function renderModelCard(exported: DescribedExport): string {
  // The card may be read on a terminal, where a class name could act.
  const described = visible(exported)
  const { framework, seed, experiment, model } = described
  return writeMarkdown([
    heading(1, `${experiment.name}: ${model.backbone} in ${frameworkNames[framework]}`),
    paragraph(
      `A classifier of ${model.classes.length} classes, trained by twintune in ${model.mode} mode with the seed ${seed}.`,
    ),
    ...usage(described),
    ...input(described),
    ...test(described),
    ...contract(described),
    ...origin(described),
  ])
}

const loading: Readonly<Record<Exclude<ExportFormat, 'safetensors'>, (output: string) => string>> = {
  keras: () => `import keras
import numpy as np
from preprocess import CLASSES, preprocess

model = keras.saving.load_model("model.keras")
outputs = model.predict(np.stack([preprocess(open("photo.jpg", "rb").read())]))
print(CLASSES[outputs[0].argmax()])`,
  'saved-model': (output) => `import numpy as np
import tensorflow as tf
from preprocess import CLASSES, preprocess

model = tf.saved_model.load("saved-model")
outputs = model.serve(np.stack([preprocess(open("photo.jpg", "rb").read())]))["${output}"]
print(CLASSES[outputs[0].numpy().argmax()])`,
  onnx: () => `import numpy as np
import onnxruntime
from preprocess import CLASSES, preprocess

session = onnxruntime.InferenceSession("model.onnx")
outputs = session.run(None, {"pixels": np.stack([preprocess(open("photo.jpg", "rb").read())])})[0]
print(CLASSES[outputs[0].argmax()])`,
  'torch-export': () => `import numpy as np
import torch
from preprocess import CLASSES, preprocess

model = torch.export.load("model.pt2").module()
outputs = model(torch.from_numpy(np.stack([preprocess(open("photo.jpg", "rb").read())])))
print(CLASSES[outputs[0].argmax()])`,
}

const inNode = (output: string, dtype: string): string => `import { readFile } from 'node:fs/promises'
import ort from 'onnxruntime-node'
import { classes, preprocess } from './preprocess.mjs'

const session = await ort.InferenceSession.create('model.onnx')
const { data, dims } = await preprocess(await readFile('photo.jpg'))
const { ${output} } = await session.run({ pixels: new ort.Tensor('${dtype}', data, dims) })
console.log(classes[${output}.data.indexOf(Math.max(...${output}.data))])`

function usage({ artefacts, output, model }: DescribedExport): RootContent[] {
  const dtype = model.precision === 'float64' ? 'float64' : 'float32'
  return artefacts.flatMap(({ format, files }) => {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const names = files.map(({ file }) => file).filter((file) => !file.startsWith('saved-model/'))
    const what = names.length > 0 ? names.join(' and ') : 'the folder saved-model'
    const head = [heading(2, format), paragraph(`${what}, ${formatBytes(bytes)}.`)]
    if (format === 'safetensors') {
      return [
        ...head,
        paragraph(
          'Only the tensors, without the network and the normalisation. config.json names the library and the architecture that they belong to, the constants of its BatchNorm layers, the head, and the normalisation.',
        ),
      ]
    }
    const code: RootContent = { type: 'code', lang: 'python', value: loading[format](output) }
    const node: RootContent = { type: 'code', lang: 'js', value: inNode(output, dtype) }
    return format === 'onnx' ? [...head, code, node] : [...head, code]
  })
}

function input({ model, output }: DescribedExport): RootContent[] {
  const { size, interpolation, antialias, library, resize } = model.input
  const way =
    resize === 'crop' ? 'by its shorter side, then the centre is cut out' : 'whatever its aspect ratio'
  const smoothed = antialias ? 'with antialiasing' : 'without antialiasing'
  const ends =
    output === 'logits' ? 'logits, which a softmax turns into probabilities' : 'probabilities of a softmax'
  return [
    heading(2, 'Input and output'),
    paragraph(
      `A batch of any size of images in RGB, with numbers from 0 to 255, of shape [batch, ${size}, ${size}, 3]. An image is decoded, then resized to ${size} × ${size} pixels by ${library}, ${interpolation} ${smoothed}, ${way}: preprocess.py and preprocess.mjs do that. Scaling and normalising are within the model. It gives ${ends}, of shape [batch, ${model.classes.length}], for these classes in this order:`,
    ),
    list(model.classes.map((name): PhrasingContent[] => [{ type: 'text', value: name }])),
  ]
}

function test({
  metrics,
  artefacts,
  images,
  accuracyInterval: [low, high],
  comparison,
  framework,
}: DescribedExport): RootContent[] {
  const shown = (Object.keys(metricFormats) as Metric[]).filter((metric) => metrics[metric] !== null)
  const rows = shown.map((metric) => {
    const format = (value: number | null) => (value === null ? '' : metricFormats[metric].value(value))
    return [
      metricFormats[metric].name,
      format(metrics[metric]),
      ...artefacts.map((artefact) => format(artefact.metrics[metric])),
    ]
  })
  const difference = [
    'largest difference of an output',
    '',
    ...artefacts.map((artefact) => formatError(artefact.difference)),
  ]
  const summary = comparison?.metrics.accuracy[framework]
  const ofSeeds =
    summary && comparison && seedsOf(comparison, framework) > 1
      ? ` Over all seeds of the comparison the accuracy was ${formatPercent(summary.mean)} ± ${(100 * summary.std).toFixed(2)}.`
      : ''
  return [
    heading(2, 'Test'),
    paragraph(
      `On ${formatNumberOf(images, 'test image')}; each artefact ran in its own runtime, in a process without twintune. The 95% interval of the accuracy is ${formatPercent(low)} to ${formatPercent(high)} (Wilson).${ofSeeds} A difference of outputs is a share of the largest output.`,
    ),
    tableOf(
      {
        note: '',
        head: ['', 'run', ...artefacts.map(({ format, runtime }) => `${format} in ${runtime}`)],
        rows: [...rows, difference],
      },
      'right',
    ),
    ...ties(artefacts),
  ]
}

function seedsOf({ runs }: Comparison, framework: DescribedExport['framework']): number {
  return runs.filter((run) => run.framework === framework && run.status === 'finished').length
}

function ties(artefacts: DescribedExport['artefacts']): RootContent[] {
  const found = artefacts.flatMap(({ format, ties: ofArtefact }) =>
    ofArtefact.map((tie): PhrasingContent[] => [
      {
        type: 'text',
        value: `${format} takes ${tie.image} for ${tie.artefact}, the run for ${tie.run}: the two lie within rounding (${formatError(tie.gap)}).`,
      },
    ]),
  )
  return found.length === 0 ? [] : [list(found)]
}

function contract({ comparison }: DescribedExport): RootContent[] {
  const rows = comparison?.contract.filter(({ state }) => state !== 'identical') ?? []
  if (!comparison || comparison.contract.length === 0) return []
  const note = `${comparison.contract.length - rows.length} of ${comparison.contract.length} rows of the comparison's fairness contract are identical.`
  return [
    heading(2, 'Fairness contract'),
    paragraph(rows.length === 0 ? note : `${note} The others:`),
    ...(rows.length === 0
      ? []
      : [
          tableOf(
            {
              note: '',
              head: ['ingredient', 'state', 'evidence'],
              rows: rows.map(({ ingredient, state, evidence }) => [ingredient, state, evidence]),
            },
            'left',
          ),
        ]),
  ]
}

function origin({ experiment, weights, versions }: DescribedExport): RootContent[] {
  const { dataset } = experiment
  const places = Object.entries(dataset).filter(
    ([key, value]) => ['source', 'train', 'validation', 'test'].includes(key) && typeof value === 'string',
  )
  const licence =
    weights.licence === null
      ? 'Nothing on the machine of the export says their licence.'
      : `Their licence is ${weights.licence}.`
  return [
    heading(2, 'Data'),
    list(
      places.map(([key, value]): PhrasingContent[] => [
        { type: 'text', value: `${key}: ` },
        { type: 'inlineCode', value: String(value) },
      ]),
    ),
    heading(2, 'Weights'),
    paragraph(`The backbone began with the weights of ${weights.source}. ${licence}`),
    heading(2, 'Versions'),
    tableOf({ note: '', head: ['package', 'version'], rows: Object.entries(versions) }, 'left'),
  ]
}
