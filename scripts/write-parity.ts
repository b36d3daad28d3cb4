import { readdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { backbonesOf } from '../src/backbones.js'
import { verify } from '../src/index.js'
import { formatSeconds } from '../src/report/format.js'
import { FrameworkWorker } from '../src/run/framework-worker.js'
import { withTemporaryWorker } from '../src/run/temporary-worker.js'
import { experimentSchema, type Framework } from '../src/spec/schema.js'
import { findPython } from '../src/worker/interpreter.js'
import { type Climbed, renderParityDocument, type ShownDifference } from './parity-document.js'

// Writes docs/parity.md: `make parity`, or `npx tsx scripts/write-parity.ts BACKBONE...` for some of them alone. Ends with 4
// where a rung has failed.

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = 'scripts/differences'
const imageSize = 64

const [tensorflow, pytorch] = [await versionsOf('tensorflow'), await versionsOf('pytorch')]
const differences = await showDifferences()
const chosen = process.argv.slice(2)
const climbed: Climbed[] = []
for (const backbone of chosen.length > 0 ? chosen : backbonesOf('aligned')) {
  const start = performance.now()
  const verification = await verify(experimentOf(backbone))
  climbed.push({ backbone, verification })
  const outcome = verification.passed ? 'every rung holds' : 'a rung has failed'
  process.stdout.write(`${backbone}: ${outcome} (${formatSeconds((performance.now() - start) / 1000)})\n`)
}
const document = renderParityDocument({
  imageSize,
  machine: `${os.availableParallelism()} cores of ${os.cpus()[0]?.model ?? 'an unknown CPU'}`,
  versions: Object.entries({ ...tensorflow, ...pytorch })
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
  climbed,
  differences,
})
await writeFile(path.join(root, 'docs/parity.md'), document)
if (climbed.some(({ verification }) => !verification.passed)) process.exitCode = 4

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
    const { inspection } = await FrameworkWorker.warmUp(worker, framework, { signal })
    return { Python: inspection.python, ...inspection.versions }
  })
}

/** Runs each program with the interpreter of the framework that its name begins with. */
async function showDifferences(): Promise<ShownDifference[]> {
  const files = (await readdir(path.join(root, programs))).filter((file) => file.endsWith('.py')).sort()
  const shown: ShownDifference[] = []
  for (const name of files) {
    const file = `${programs}/${name}`
    const python = findPython(name.startsWith('pytorch') ? 'pytorch' : 'tensorflow')
    const env = { TF_CPP_MIN_LOG_LEVEL: '3' }
    const { stdout } = await execa(python, [file], { cwd: root, env })
    shown.push({ file, program: await readFile(path.join(root, file), 'utf8'), output: stdout })
  }
  return shown
}
