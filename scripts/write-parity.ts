import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { execa } from 'execa'
import { backbonesOf } from '../src/backbones.js'
import { verify } from '../src/index.js'
import { formatNumberOf, formatSeconds } from '../src/report/format.js'
import { FrameworkWorker } from '../src/run/workers/framework-worker.js'
import { withTemporaryWorker } from '../src/run/workers/temporary-worker.js'
import { experimentSchema, type Framework } from '../src/spec/schema.js'
import { findPython } from '../src/worker/interpreter.js'
import {
  type Climbed,
  type Conditions,
  figuresSchema,
  renderParityDocument,
  type ShownDifference,
} from './parity-document.js'

// Writes docs/parity.json and, once that has every backbone, the page that is drawn from it, docs/parity.md: `make parity` for the backbones that were not climbed
// yet with these versions, `npx tsx scripts/write-parity.ts BACKBONE...` for some of them (again). Ends
// with 4 where a rung has failed. After a change of the ladder's rules delete docs/parity.json: it knows nothing of them.

const root = fileURLToPath(new URL('..', import.meta.url))
const figures = path.join(root, 'docs/parity.json')
/** The programs that show what is mended, with the package whose difference it is. */
const mended = [
  {
    name: 'keras_hub_densenet_padding',
    package: 'keras-hub',
    operation: "DenseNet's first convolution and pool",
  },
  {
    name: 'pytorch_batch_norm',
    package: 'torch',
    operation: '`batch_norm`, the statistics of a batch, in float64',
  },
  { name: 'pytorch_hardsigmoid', package: 'torch', operation: '`hardsigmoid`, backward, in float64' },
  {
    name: 'tensorflow_batch_norm',
    package: 'tensorflow',
    operation: '`moments` (of `BatchNormalization`), in float64',
  },
  { name: 'tensorflow_leaky_relu', package: 'tensorflow', operation: '`leaky_relu`, in float64' },
  {
    name: 'tensorflow_fused_leaky_relu',
    package: 'tensorflow',
    operation: '`conv2d`, `bias_add`, `add` and `leaky_relu`, traced, in float32',
  },
]
const imageSize = 64
const machine = `${formatNumberOf(os.availableParallelism(), 'core')} of ${os.cpus()[0]?.model ?? 'an unknown CPU'}`

const versions = { ...(await versionsOf('tensorflow')), ...(await versionsOf('pytorch')) }
const differences = await showDifferences()
const conditions: Conditions = {
  imageSize,
  versions: Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
}
const climbed = new Map((await readClimbed()).map((each) => [each.backbone, each]))
const chosen = process.argv.slice(2)
const missing = backbonesOf('aligned').filter((name) => !climbed.has(name))
for (const backbone of chosen.length > 0 ? chosen : missing) {
  const start = performance.now()
  const verification = await verify(experimentOf(backbone))
  climbed.set(backbone, { backbone, machine, verification })
  // Each time: what hours have come to must not be lost.
  await writeFiles()
  const outcome = verification.passed ? 'every rung holds' : 'a rung has failed'
  process.stdout.write(`${backbone}: ${outcome} (${formatSeconds((performance.now() - start) / 1000)})\n`)
}
await writeFiles()
if ([...climbed.values()].some(({ verification }) => !verification.passed)) process.exitCode = 4

async function writeFiles(): Promise<void> {
  const inOrder = backbonesOf('aligned').flatMap((name) => climbed.get(name) ?? [])
  await writeFile(figures, `${JSON.stringify({ ...conditions, climbed: inOrder }, null, 1)}\n`)
  // A climb that was broken off leaves the page of the last whole one.
  if (inOrder.length < backbonesOf('aligned').length) return
  await writeFile(
    path.join(root, 'docs/parity.md'),
    renderParityDocument({ ...conditions, climbed: inOrder, differences }),
  )
}

/** Reads the results that were climbed before under the same conditions. */
async function readClimbed(): Promise<readonly Climbed[]> {
  if (!existsSync(figures)) return []
  // Results of an earlier ladder lack what is told today.
  const read = figuresSchema.safeParse(JSON.parse(await readFile(figures, 'utf8')))
  if (!read.success) return []
  const { climbed, ...before } = read.data
  return isDeepStrictEqual(before, conditions) ? climbed : []
}

function experimentOf(backbone: string) {
  const [train, test] = ['train', 'test'].map((split) => path.join(root, `examples/data/${split}.parquet`))
  return experimentSchema.parse({
    name: backbone,
    dataset: { source: 'parquet', train, test, imageSize },
    model: { backbone, weights: 'random', head: { hidden: [] } },
    seeds: [0],
    device: 'cpu',
  })
}

function versionsOf(framework: Framework): Promise<Readonly<Record<string, string>>> {
  return withTemporaryWorker(framework, async (worker) => {
    const { signal } = new AbortController()
    const { inspection } = await FrameworkWorker.warmUp(worker, framework, { mode: 'aligned', signal })
    return { Python: inspection.python, ...inspection.versions }
  })
}

/** Runs each program in the Python of TensorFlow or of PyTorch. */
async function showDifferences(): Promise<ShownDifference[]> {
  const shown: ShownDifference[] = []
  for (const { name, package: library, operation } of mended) {
    const file = `scripts/differences/${name}.py`
    const python = findPython(library === 'torch' ? 'pytorch' : 'tensorflow')
    const { stdout } = await execa(python, [file], { cwd: root, env: { TF_CPP_MIN_LOG_LEVEL: '3' } })
    const program = await readFile(path.join(root, file), 'utf8')
    shown.push({ library: `${library} ${versions[library]}`, operation, file, program, output: stdout })
  }
  return shown
}
