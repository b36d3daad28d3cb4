import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execaSync } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Event, eventSchema } from '../../src/events.js'
import {
  comparisonOf,
  eventsOf,
  parseEvents,
  python,
  root,
  startTwintune,
  temporaryFolder,
  tinyExperiment,
  writePictures,
  writeSpec,
} from '../integration/rig.js'
import { follow, hasRay, oneCore, reachedBy, startCluster, token } from './ray-cluster.js'

// One node of a real Ray finds the folder of data, weights and runs empty, in a mount namespace of its own: all travels.

const folder = temporaryFolder()
const cacheOfNode = temporaryFolder()
const whyNot = hasRay ? whyNoNamespace() : 'there is no Ray'

const experiment = tinyExperiment(folder, {
  name: 'travelling',
  deterministic: true,
  seeds: [0, 1, 2],
  model: {
    backbone: 'resnet18',
    weights: { file: path.join(folder, 'weights.safetensors') },
    head: { hidden: [8] },
  },
  training: {
    batchSize: 8,
    phases: [{ epochs: 3 }, { epochs: 3, trainable: { lastStages: 1 } }],
    earlyStopping: { patience: 6 },
    checkpoints: { everyEpochs: 1 },
  },
})

describe.skipIf(whyNot !== null)(`a node that shares no disk${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  let whole: ReturnType<typeof reachedBy>
  let files: Record<string, string>
  let here: Event[]

  beforeAll(async () => {
    writePictures(folder)
    linkOutside(path.join(folder, 'train'))
    writeWeights(path.join(folder, 'weights.safetensors'))
    writeSpec(folder, experiment)
    const args = ['compare', 'travelling.yaml', '--replay', 'first', '--out', 'here', '--json']
    here = parseEvents((await startTwintune(args, folder, oneCore)).stdout)
    whole = reachedBy(here)
    files = filesOf(here)
    expect(whole).toHaveLength(6)
  })

  it('has the same bits and leaves the same files at home as runs on this machine', async () => {
    await using cluster = await startLacking()
    const events = await follow(compareOn(cluster, 'there'), eventSchema, async () => {})
    const placed = eventsOf(events, 'run-placed')
    expect(placed.some(({ node }) => cluster.isOn('lacking', node))).toBe(true)
    expect(placed.some(({ node }) => cluster.isOn('shared', node))).toBe(true)
    expect(reachedBy(events)).toEqual(whole)
    expect(filesOf(events)).toEqual(files)
    expect(warningsOf(events)).toEqual(warningsOf(here))
    const [found, expected] = [comparisonOf(events), comparisonOf(here)]
    expect(found.disagreement).toEqual(expected.disagreement)
    expect(contractOf(found)).toEqual(contractOf(expected))
  })

  it.each(['lacking', 'shared'] as const)('hands a run over where the %s node is killed', async (name) => {
    await using cluster = await startLacking()
    const lost = new Set<string>()
    const events = await follow(compareOn(cluster, `without-${name}`), eventSchema, async (event, events) => {
      if (event.type !== 'epoch' || event.phase !== 2 || event.epoch !== 1 || lost.size > 0) return
      if (!isPlacedOn(events, event, (node) => cluster.isOn(name, node))) return
      lost.add(`${event.framework} ${event.seed}`)
      await cluster.killNode(name)
    })
    const moved = eventsOf(events, 'run-placed').filter(({ movedFrom }) => movedFrom !== null)
    expect(moved.map(({ framework, seed }) => `${framework} ${seed}`)).toEqual(
      expect.arrayContaining([...lost]),
    )
    const resumed = eventsOf(events, 'run-resumed').filter(({ framework, seed }) =>
      lost.has(`${framework} ${seed}`),
    )
    expect(resumed.map(({ epochs }) => epochs.length)).toEqual([expect.toSatisfy((epochs) => epochs >= 3)])
    expect(reachedBy(events)).toEqual(whole)
    expect(filesOf(events)).toEqual(files)
  })

  it('goes on from what is at home where the driver is killed, and the comparison resumed', async () => {
    await using cluster = await startLacking()
    const command = compareOn(cluster, 'driver')
    await follow(command, eventSchema, async (event, events) => {
      if (event.type !== 'epoch' || event.phase !== 2 || event.epoch !== 2) return
      if (isPlacedOn(events, event, (node) => cluster.isOn('lacking', node))) command.kill('SIGKILL')
    })
    await command
    const args = [
      'resume',
      'latest',
      '--replay',
      'first',
      '--parallel',
      '2',
      '--ray-address',
      cluster.address,
    ]
    const resumed = await startTwintune([...args, '--out', 'driver', '--json'], folder, token)
    expect(resumed.exitCode).toBe(0)
    const events = parseEvents(resumed.stdout)
    expect(eventsOf(events, 'run-resumed').some(({ epochs }) => epochs.length >= 4)).toBe(true)
    const [{ comparisonDirectory } = { comparisonDirectory: '' }] = eventsOf(events, 'comparison-resumed')
    const all = parseEvents(readFileSync(path.join(comparisonDirectory, 'events.jsonl'), 'utf8'))
    expect(reachedBy(all)).toEqual(whole)
    expect(filesOf(events)).toEqual(files)
  })

  it('says by the path of this machine which image can not be decoded', async () => {
    await using cluster = await startLacking()
    cpSync(path.join(folder, 'train'), path.join(folder, 'broken'), { recursive: true })
    const [first = ''] = readdirSync(path.join(folder, 'broken')).toSorted()
    const image = path.join(folder, 'broken', first, 'broken.png')
    writeFileSync(image, 'no image')
    const { dataset } = tinyExperiment(folder)
    writeSpec(folder, {
      ...experiment,
      name: 'broken',
      dataset: { ...dataset, train: path.join(folder, 'broken') },
    })
    await cluster.killNode('shared')
    const args = [
      'compare',
      'broken.yaml',
      '--ray-address',
      cluster.address,
      '--out',
      'broken-runs',
      '--json',
    ]
    const events = parseEvents((await startTwintune(args, folder, token)).stdout)
    const failures = eventsOf(events, 'run-failed').map(({ failure: { code, message } }) => ({
      code,
      message,
    }))
    expect(failures).toHaveLength(6)
    for (const failure of failures) {
      expect(failure).toEqual({
        code: 'IMAGE_CORRUPT',
        message: expect.stringMatching(new RegExp(`^${image} `)),
      })
    }
  })

  function startLacking() {
    return startCluster<'head' | 'shared' | 'lacking'>(['--lacking', folder, cacheOfNode])
  }

  function compareOn({ address }: { readonly address: string }, out: string) {
    const args = [
      'compare',
      'travelling.yaml',
      '--replay',
      'first',
      '--parallel',
      '2',
      '--ray-address',
      address,
    ]
    return startTwintune([...args, '--out', out, '--json'], folder, token)
  }
})

function isPlacedOn(
  events: readonly Event[],
  { framework, seed }: { readonly framework: string; readonly seed: number },
  isIt: (node: string) => boolean,
): boolean {
  const places = eventsOf(events, 'run-placed').filter(
    (placed) => placed.framework === framework && placed.seed === seed,
  )
  return isIt(places.at(-1)?.node ?? '')
}

/** Hashes of the files of each run by their paths, without those that hold times. */
function filesOf(events: readonly Event[]): Record<string, string> {
  const [begun] = [...eventsOf(events, 'comparison-started'), ...eventsOf(events, 'comparison-resumed')]
  const place = begun?.comparisonDirectory ?? ''
  const found = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)))
    .filter(
      (name) => /^\w+-seed\d+\//.test(name) && !/(events\.jsonl|result\.json|judgement\.json)$/.test(name),
    )
  return Object.fromEntries(
    found.toSorted().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(place, name)))
        .digest('hex'),
    ]),
  )
}

/** Rows of the contract, but for the one that says whether features were found: each node has a cache of its own. */
function contractOf({ contract }: ReturnType<typeof comparisonOf>) {
  return contract.filter(({ ingredient }) => ingredient !== 'input')
}

function warningsOf(events: readonly Event[]): string[] {
  const ofRuns = eventsOf(events, 'warning').filter(({ code }) => code === 'DATASET')
  return [...new Set(ofRuns.map(({ message }) => message))].toSorted()
}

/** Has a class hold a link to an image outside of the data set, and one to a folder of images. */
function linkOutside(train: string): void {
  const [first = '', second = ''] = readdirSync(train).toSorted()
  const outside = path.join(folder, 'outside')
  mkdirSync(path.join(outside, 'more'), { recursive: true })
  const [image = ''] = readdirSync(path.join(train, first)).toSorted()
  cpSync(path.join(train, first, image), path.join(outside, 'one.png'))
  cpSync(
    path.join(train, second, readdirSync(path.join(train, second)).toSorted()[0] ?? ''),
    path.join(outside, 'more', 'two.png'),
  )
  symlinkSync(path.join(outside, 'one.png'), path.join(train, first, 'linked.png'))
  symlinkSync(path.join(outside, 'more'), path.join(train, second, 'more'))
  writeFileSync(path.join(train, first, 'notes.txt'), 'no image')
}

function writeWeights(file: string): void {
  const program = `
import sys
from safetensors.numpy import save_file
from twintune.model.weights import random_tensors
save_file(random_tensors("resnet18", 5), sys.argv[1])
`
  execaSync(python, ['-c', program, file], { env: { PYTHONPATH: path.join(root, 'python') } })
}

function whyNoNamespace(): string | null {
  const options = ['--mount', '--pid', '--fork', '--mount-proc', 'true']
  const { failed, shortMessage } = execaSync('unshare', options, { reject: false })
  return failed ? `no mounts of one's own (${shortMessage})` : null
}
