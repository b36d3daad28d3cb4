import path from 'node:path'
import { allBackbones } from '../backbones.js'
import { TwintuneError } from '../failure.js'
import type { FetchLine } from '../lines/fetch.js'
import { renderOptionsFor } from '../log/output.js'
import { ProgressLine } from '../log/progress-line.js'
import type { FetchedWeights } from '../protocol/fetch-weights.js'
import { renderFetched } from '../report/fetch.js'
import { fetchWeights } from '../run/one-off/fetch-weights.js'
import { nearestFew } from '../spec/nearest.js'
import { visible } from '../visible.js'
import type { CommandContext, OutputOptions } from './context.js'
import { exitCodes } from './exit-code.js'

export interface FetchOptions extends OutputOptions {
  readonly out?: string
}

/** Carries out `twintune fetch [BACKBONE…]`: gets pretrained weights; without a name it says which are here. */
export async function fetchCommand(
  names: readonly string[],
  { json = false, quiet = false, out }: FetchOptions,
  { stdout, stderr, streams, cwd, signal }: CommandContext,
): Promise<number> {
  const sources = sourcesOf(names)
  const folder = out === undefined ? null : path.resolve(cwd, out)
  const line = new ProgressLine(streams.stderr, quiet)
  const onHub = sources.filter(({ source }) => source.kind === 'hub').map(({ name }) => name)
  let fetched: readonly FetchedWeights[] = []
  try {
    const options = { folder, download: names.length > 0, signal }
    const onBackbone = (name: string) => line.show(`weights of ${name}`)
    if (onHub.length > 0) fetched = await fetchWeights(onHub, { ...options, onBackbone })
  } finally {
    line.clear()
  }
  const lines = sources.map(({ name, source }) => toLine(name, source, fetched[onHub.indexOf(name)]))
  if (json) for (const each of lines) stdout(JSON.stringify(each))
  else if (!quiet) stdout(renderFetched(visible(lines), renderOptionsFor(streams.stdout)))
  if (names.length > 0 && folder !== null && !quiet)
    stderr(visible(`On the other machine: export HF_HOME=${folder}, with the folder's path there.`))
  return exitCodes.done
}

interface Source {
  readonly kind: 'hub' | 'package'
  readonly name: string
}

/** Backbones with the place of their weights: those of the given names, else all. */
function sourcesOf(names: readonly string[]): readonly { readonly name: string; readonly source: Source }[] {
  const known = allBackbones().flatMap(({ name, aligned }) => {
    if (!aligned) return []
    const { imagenet } = aligned
    const source: Source =
      imagenet.source === 'package'
        ? { kind: 'package', name: imagenet.package }
        : { kind: 'hub', name: imagenet.repository }
    return [{ name, source }]
  })
  if (names.length === 0) return known
  return names.map((wanted) => {
    const found = known.find(({ name }) => name === wanted)
    if (found) return found
    const all = known.map(({ name }) => name)
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: `There is no backbone ${wanted} with weights for both frameworks.`,
      hint: `The nearest are ${nearestFew(wanted, all, 3).join(', ')}; \`twintune fetch\` lists all.`,
    })
  })
}

function toLine(backbone: string, { kind, name }: Source, fetched: FetchedWeights | undefined): FetchLine {
  const { file = null, bytes = null, downloaded = false } = fetched ?? {}
  const onHub = downloaded ? 'downloaded' : file === null ? 'missing' : 'here'
  return {
    type: 'fetch',
    backbone,
    source: `${kind} ${name}`,
    state: kind === 'package' ? 'packaged' : onHub,
    file,
    bytes,
  }
}
