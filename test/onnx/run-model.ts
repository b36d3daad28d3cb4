import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder with a package.json of its own, whose runtime no other test needs. */
export const onnxFolder = fileURLToPath(new URL('.', import.meta.url))

/** Whether the runtime is installed: `npm ci --prefix test/onnx`. */
export const hasRuntime = existsSync(path.join(onnxFolder, 'node_modules/onnxruntime-node'))

/** What the tests use of onnxruntime-node, whose own types are not installed with twintune's. */
interface Runtime {
  readonly InferenceSession: {
    create(file: string): Promise<{
      run(inputs: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>
    }>
  }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown
}

/** Batch of images as `preprocess` of an export gives it. */
export interface Batch {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** Runs an ONNX file in onnxruntime-node on one batch after the other, and gives the numbers of each. */
export async function runModel(file: string, batches: readonly Batch[], output: string): Promise<number[][]> {
  const ort: Runtime = createRequire(path.join(onnxFolder, 'package.json'))('onnxruntime-node')
  const session = await ort.InferenceSession.create(file)
  const found: number[][] = []
  for (const { data, dims } of batches) {
    const outputs = await session.run({ pixels: new ort.Tensor('float32', data, dims) })
    found.push([...(outputs[output]?.data ?? [])])
  }
  return found
}
