import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { TwintuneError } from '../../failure.js'
import { readBytes } from './regular-file.js'

/** Tensor of a safetensors file, its values in C order. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array | Float64Array | BigInt64Array
}

/** Content of a safetensors file that Python has sealed with a checksum. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Texts of the header, without the checksum. */
  readonly texts: Readonly<Record<string, string>>
}

/** How the dtypes that runs write are called in the header and in NumPy, and what holds their values. */
const dtypes = {
  F32: { numpy: 'float32', Values: Float32Array },
  F64: { numpy: 'float64', Values: Float64Array },
  I64: { numpy: 'int64', Values: BigInt64Array },
} as const

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()) }).catchall(
  z.strictObject({
    dtype: z.literal(['F32', 'F64', 'I64']),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
)

const lengthBytes = 8
const checksumName = 'crc32'
const mostBytes = 2 ** 31

/**
 * Reads a sealed file of tensors in a comparison's folder: a safetensors file (https://github.com/huggingface/safetensors)
 * whose header has the checksum that `python/twintune/model/tensor_files.py` computes. `null` when it isn't there.
 *
 * @throws TwintuneError PREDICTIONS_UNUSABLE when it is not what was written.
 */
export function readTensorFile(file: string): TensorFile | null {
  const bytes = readBytes(file, mostBytes)
  if (bytes === null) return null
  const { tensors, texts } = parse(bytes, file)
  const { [checksumName]: checksum, ...others } = texts
  if (checksum !== checksumOf(tensors, others)) throw damaged(file)
  return {
    tensors: new Map(tensors.map(({ name, shape, values }) => [name, { shape, values }])),
    texts: others,
  }
}

interface NamedTensor extends Tensor {
  readonly name: string
  /** Name of the dtype in NumPy. */
  readonly numpy: string
}

function parse(bytes: Buffer, file: string): { tensors: NamedTensor[]; texts: Record<string, string> } {
  try {
    const start = lengthBytes + Number(bytes.readBigUInt64LE())
    const { __metadata__: texts, ...entries } = headerSchema.parse(
      JSON.parse(bytes.toString('utf8', lengthBytes, start)),
    )
    const tensors = Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const { numpy, Values } = dtypes[dtype]
        // A copy begins where its values may begin, and keeps nothing else of the file in memory.
        const values = new Values(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer)
        const isWhole = start + to <= bytes.length
        if (!isWhole || values.length !== shape.reduce((product, size) => product * size, 1))
          throw damaged(file)
        return { name, numpy, shape, values }
      },
    )
    return { tensors, texts }
  } catch {
    throw damaged(file)
  }
}

/** Computes the checksum as Python does: texts and tensors in the order of their names, each tensor after its kind. */
function checksumOf(tensors: readonly NamedTensor[], texts: Readonly<Record<string, string>>): string {
  const header = Object.keys(texts)
    .toSorted()
    .map((name) => `${name} ${texts[name]}\0`)
  let checksum = crc32(header.join(''))
  for (const { name, numpy, shape, values } of tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    checksum = crc32(`${name} ${numpy} ${pythonTuple(shape)}`, checksum)
    checksum = crc32(new Uint8Array(values.buffer), checksum)
  }
  return checksum.toString(16).padStart(8, '0')
}

function pythonTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

function damaged(file: string): TwintuneError {
  return new TwintuneError({
    code: 'PREDICTIONS_UNUSABLE',
    message: `${file} is not what was written.`,
    hint: 'Take the file from where it was copied, or carry the comparison out again.',
  })
}
