import { spawnSync } from 'node:child_process'

/** Lists the NVIDIA GPUs that processes of this machine may use, as `CUDA_VISIBLE_DEVICES` names them. */
export function visibleGpus(
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const named = env.CUDA_VISIBLE_DEVICES
  if (named !== undefined) return namesIn(named, ',')
  const args = ['--query-gpu=index', '--format=csv,noheader']
  const { status, stdout } = spawnSync('nvidia-smi', args, { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? namesIn(stdout, '\n') : []
}

function namesIn(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== '-1')
}
