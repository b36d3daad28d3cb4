import { execa } from 'execa'

/** Lists the NVIDIA GPUs of this machine as its driver names them; none where there is no driver. */
export async function findGpus(): Promise<readonly string[]> {
  const { exitCode, stdout } = await execa('nvidia-smi', ['-L'], { reject: false, timeout: 20_000 })
  if (exitCode !== 0) return []
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('GPU '))
    .map((line) => line.replace(/\s*\(UUID:.*\)$/, ''))
}
