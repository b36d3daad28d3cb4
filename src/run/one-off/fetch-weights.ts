import { unlessCancelled } from '../../cancellation.js'
import { type FetchedWeights, fetchWeightsMessage } from '../../protocol/fetch-weights.js'
import { withTemporaryWorker } from '../workers/temporary-worker.js'

export interface FetchWeightsOptions {
  /** Folder that takes the place of HF_HOME; null for the hub's own cache on this machine. */
  readonly folder: string | null
  /** Whether weights that are not here are downloaded. */
  readonly download: boolean
  readonly signal: AbortSignal
  /** Callback that is told which backbone's turn it is. */
  readonly onBackbone: (backbone: string) => void
}

/**
 * Looks for the ImageNet weights of backbones on this machine, one after the other, in one Python; those that are missing are
 * downloaded from the hub where this is asked for.
 *
 * @throws TwintuneError WEIGHTS_UNAVAILABLE, at the first backbone whose weights can't be had.
 */
export function fetchWeights(
  backbones: readonly string[],
  { folder, download, signal, onBackbone }: FetchWeightsOptions,
): Promise<readonly FetchedWeights[]> {
  return withTemporaryWorker('pytorch', async (worker) => {
    await unlessCancelled(worker.ready, signal)
    const found: FetchedWeights[] = []
    for (const backbone of backbones) {
      onBackbone(backbone)
      found.push(await worker.request(fetchWeightsMessage, { backbone, folder, download }, { signal }))
    }
    return found
  })
}
