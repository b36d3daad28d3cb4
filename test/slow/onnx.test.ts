import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { execaSync } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Framework } from '../../src/spec/schema.js'
import {
  comparisonOf,
  eventsOf,
  python,
  root,
  runTwintune,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'
import { type Batch, hasRuntime, runModel } from '../onnx/run-model.js'

const packages = 'import onnx, onnxruntime, onnxscript, tf2onnx'
const hasPackages = execaSync(python, ['-c', packages], { reject: false }).exitCode === 0
const missing = [
  ...(hasRuntime ? [] : ['npm ci --prefix test/onnx']),
  ...(hasPackages ? [] : ['pip install -r requirements-export.txt']),
]
const frameworks: readonly Framework[] = ['tensorflow', 'pytorch']
const folder = temporaryFolder()
let comparisonDirectory: string
let accuracies: Map<Framework, number>

describe.skipIf(missing.length > 0)(
  `the ONNX files of both frameworks in onnxruntime-node${missing.length > 0 ? `, which want ${missing.join(' and ')}` : ''}`,
  () => {
    beforeAll(async () => {
      writePictures(folder)
      const spec = writeSpec(folder, tinyExperiment(folder))
      const { events } = await runTwintune(['compare', spec], folder)
      comparisonDirectory = eventsOf(events, 'comparison-started')[0]?.comparisonDirectory ?? ''
      accuracies = new Map(
        comparisonOf(events).runs.map(({ framework, test }) => [framework, test?.accuracy ?? Number.NaN]),
      )
    })

    it.each(frameworks)('give the accuracy of the run of %s', async (framework) => {
      const out = path.join(folder, `export-${framework}`)
      const args = ['--format', 'onnx', '--framework', framework, '--out', out]
      const { exitCode, stderr } = await startTwintune(['export', comparisonDirectory, ...args], folder)
      expect(exitCode, stderr).toBe(0)
      // The folder of the export has no packages of its own.
      symlinkSync(path.join(root, 'node_modules'), path.join(out, 'node_modules'))
      const { preprocess, classes } = await import(pathToFileURL(path.join(out, 'preprocess.mjs')).href)
      const images = testImages()
      const batches: Batch[] = []
      for (const { file } of images) batches.push(await preprocess(readFileSync(file)))
      const outputs = await runModel(path.join(out, 'model.onnx'), batches, 'logits')
      const right = outputs.filter(
        (numbers, index) => classes[numbers.indexOf(Math.max(...numbers))] === images[index]?.label,
      )
      expect(right.length / images.length).toBe(accuracies.get(framework))
    })
  },
)

function testImages(): { readonly file: string; readonly label: string }[] {
  const test = path.join(folder, 'test')
  return readdirSync(test).flatMap((label) =>
    readdirSync(path.join(test, label)).map((name) => ({ file: path.join(test, label, name), label })),
  )
}
