import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'
import type { z } from 'zod'
import type { Event } from '../../src/events.js'
import { eventsOf, python, type startTwintune } from '../integration/rig.js'

const script = fileURLToPath(new URL('../fixtures/ray/cluster.py', import.meta.url))

/** Whether the Python of the tests has Ray. */
export const hasRay = execaSync(python, ['-c', 'import ray'], { reject: false }).exitCode === 0

/**
 * Variables of a command that works on this machine and is compared with one that uses a cluster: a run's threads belong to its
 * bits, and a place on the cluster has one processor.
 */
export const oneCore = { TWINTUNE_CORES: '1' }

/** Variables of a command that uses a cluster of the tests. */
export const token = { RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN: 'a'.repeat(64) }

/** Starts a cluster of two nodes; the arguments are those of `test/fixtures/ray/cluster.py`. */
export async function startCluster<Name extends string = 'head' | 'other'>(args: readonly string[] = []) {
  const cluster = execa(python, [script, ...args], { env: token, reject: false, stderr: 'ignore' })
  const lines = createInterface({ input: cluster.stdout })[Symbol.asyncIterator]()
  const { address, nodes }: { address: string; nodes: Record<Name, string> } = JSON.parse(
    (await lines.next()).value,
  )
  const killed = new Set<Name>()
  return {
    address,
    /** Whether the node of an event is the one of this name. */
    isOn: (name: Name, node: string) => node.endsWith(`(${nodes[name].slice(0, 8)})`),
    async killNode(name: Name) {
      if (killed.has(name)) return
      killed.add(name)
      cluster.stdin.write(`kill ${name}\n`)
      await lines.next()
    },
    async [Symbol.asyncDispose]() {
      cluster.stdin.end()
      await cluster
    },
  }
}

/** Calls a function with each event of a command, of a comparison or of a sweep, and with all events so far. */
export async function follow<Told>(
  command: ReturnType<typeof startTwintune>,
  schema: z.ZodType<Told>,
  tell: (event: Told, events: readonly Told[]) => Promise<void>,
): Promise<Told[]> {
  const events: Told[] = []
  for await (const line of createInterface({ input: command.stdout })) {
    const event = schema.parse(JSON.parse(line))
    events.push(event)
    await tell(event, events)
  }
  return events
}

/** Results by which one process's runs are known from another's, in the order of the plan. */
export function reachedBy(events: readonly Event[]) {
  return eventsOf(events, 'run-finished')
    .map(({ framework, seed, result }) => ({
      run: `${framework} ${seed}`,
      test: result.test,
      model: result.modelDigest,
      pixels: result.pixelDigest,
      epochs: result.epochs.map(({ epoch, train, validation }) => ({ epoch, train, validation })),
    }))
    .toSorted((one, other) => (one.run < other.run ? -1 : 1))
}
