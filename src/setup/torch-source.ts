import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { packageFolder } from '../package-folder.js'
import type { Candidate, Pip } from './pip.js'

/** Index of PyTorch's builds for a CPU alone. */
export const cpuIndex = 'https://download.pytorch.org/whl/cpu'

/** Lists the requirements of PyTorch's own packages, which its indexes hold in several builds. */
export async function torchRequirements(): Promise<readonly string[]> {
  const file = await readFile(path.join(packageFolder(), 'requirements-pytorch.txt'), 'utf8')
  return file.split('\n').filter((line) => /^torch(vision)?[<>=~!]/.test(line))
}

/**
 * Decides which index PyTorch comes from; null leaves it to pip and what pip is set up for.
 *
 * PyPI's build for Linux brings gigabytes of CUDA. So pip is asked which build it would take as it is set up, by its own
 * configuration files and variables, and PyTorch's index of CPU builds is taken only where that build is for CUDA.
 */
export async function torchIndex(
  { device, asked }: { readonly device: 'cpu' | 'gpu'; readonly asked: string | null },
  pip: Pip,
): Promise<string | null> {
  if (asked !== null) return asked === 'none' ? null : asked
  if (device === 'gpu' || process.platform !== 'linux') return null
  const candidates = await pip.wouldInstall(['--no-deps', ...(await torchRequirements())])
  return candidates === null || candidates.some(isForCuda) ? cpuIndex : null
}

/** Whether a build of PyTorch brings NVIDIA's libraries along. */
function isForCuda({ requires_dist }: Candidate): boolean {
  return requires_dist.some((requirement) => /^(nvidia|cuda|triton)/.test(requirement))
}
