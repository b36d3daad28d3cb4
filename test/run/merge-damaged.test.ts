import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { comparisonFiles } from '../../src/run/folder/files.js'
import { copyRuns } from '../../src/run/merging/copy-runs.js'
import { readPart, requireSamePart } from '../../src/run/merging/part.js'
import { ending, eventsOf, eventsOfMerging, eventsOfResuming, experiment, ofType, temporary } from './rig.js'
import { changed, edit, editText, evidence, refusal, seeds, shard } from './shards.js'

let first = ''
let second = ''
beforeAll(async () => {
  first = await shard(1, 2, experiment({ seeds }))
  second = await shard(2, 2, experiment({ seeds }))
})

describe('shards that are not what they say', () => {
  it.each([
    [
      'another number',
      'begins as shard 1/2',
      (text: string) => text.replace('"shard":{"number":2', '"shard":{"number":1'),
    ],
    [
      'no number',
      'begins as a whole comparison',
      (text: string) => text.replace(',"shard":{"number":2,"of":2}', ''),
    ],
  ])('are refused with %s in their first event', async (name, words, change) => {
    const other = changed(second, name, (copy) => editText(copy, 'events.jsonl', change))
    const { code, message } = await refusal([first, other])
    expect(code).toBe('COMPARISONS_NOT_MERGEABLE')
    expect(message).toContain(words)
  })

  it('are refused without a seed that they had', async () => {
    const other = changed(second, 'chosen seeds', (copy) => {
      editText(copy, 'events.jsonl', (text) =>
        text
          .replace('{"framework":"tensorflow","seed":2},{"framework":"pytorch","seed":2},', '')
          .replace(/^.*"comparison-finished".*$/m, ''),
      )
      edit(path.join(copy, 'comparison.json'), (content) => ({
        ...content,
        runs: (content.runs as { seed: number }[]).filter(({ seed }) => seed !== 2),
      }))
    })
    expect((await refusal([first, other])).message).toContain('gives the seeds 2..3, and has other runs')
  })

  it('are refused with a result that the events of its run contradict, though the last event is lost', async () => {
    const other = changed(second, 'other result', (copy) => {
      editText(copy, 'events.jsonl', (text) => text.replace(/^.*"comparison-finished".*$/m, ''))
      edit(path.join(copy, 'comparison.json'), (content) => ({
        ...content,
        runs: (content.runs as { test: object }[]).map((run) => ({
          ...run,
          test: { ...run.test, accuracy: 1 },
        })),
      }))
    })
    expect((await refusal([first, other])).message).toContain('comparison.json is not what was written')
  })

  it('are refused where nothing says which versions they had, even if that goes for all of them', async () => {
    const withoutRecord = (folder: string, name: string) =>
      changed(folder, name, (copy) => rmSync(path.join(copy, 'environment.json')))
    const { message } = await refusal([
      withoutRecord(first, 'no record 1'),
      withoutRecord(second, 'no record 2'),
    ])
    expect(message).toContain('has no record of the versions of TensorFlow')
  })

  it('are refused without the folder of a run that finished, and nothing is left', async () => {
    const other = changed(second, 'lost run', (copy) =>
      rmSync(path.join(copy, 'pytorch-seed3'), { recursive: true }),
    )
    expect((await refusal([first, other])).message).toContain('has lost pytorch-seed3')
    expect(readdirSync(path.join(temporary, 'merged'))).toEqual([])
  })

  it('are refused with the reason why a result cannot be read, and no advice that fails', async () => {
    const other = changed(second, 'torn', (copy) =>
      editText(copy, 'comparison.json', (text) => text.slice(0, 99)),
    )
    expect((await refusal([first, other])).message).toContain("can't be read by this version")
  })

  it('are refused when they were gone on with while they were copied', async () => {
    const subject = experiment({ seeds })
    const events = await eventsOf(subject, { 'pytorch-3': 'die' }, { shard: { number: 2, of: 2 }, evidence })
    const failed = ending(events).comparisonDirectory
    const part = await readPart(failed)
    await requireSamePart(part)
    await eventsOfResuming(failed)
    await expect(requireSamePart(part)).rejects.toThrow('was gone on with while it was copied')
  })
})

describe('folders that are given oddly', () => {
  it('are named once where one is given twice', async () => {
    const { message } = await refusal([first, `${first}${path.sep}`, second])
    expect(message).toBe(`${path.basename(first)} is given twice.`)
  })

  it('are told apart by their paths where their names are the same', async () => {
    const copy = changed(first, path.join('elsewhere', path.basename(first)), () => {})
    expect((await refusal([first, copy])).message).toContain(`${first} and ${copy} both have the seeds 0..1`)
  })

  it('name the missing shard where there is one folder, and get a verdict where that is all', async () => {
    expect((await refusal([second])).message).toBe('Shard 1/2 is missing.')
    const only = await shard(1, 1, experiment({ seeds: [0, 1] }))
    expect(ending(await eventsOfMerging([only])).comparison).toMatchObject({
      shard: null,
      looks: [{ seeds: [0, 1] }],
    })
  })
})

it('the evidence that a shard lacked is gathered as the refusal says', async () => {
  const options = { shard: { number: 2, of: 2 }, evidence: { ...evidence, crossEvaluation: false } }
  const lacking = ending(await eventsOf(experiment({ seeds }), {}, options)).comparisonDirectory
  expect((await refusal([first, lacking])).hint).toContain('twintune resume with --cross-evaluation')
  await eventsOfResuming(lacking, {}, { crossEvaluation: true })
  const { comparison } = ending(await eventsOfMerging([lacking, first]))
  expect(comparison.judgements.filter(({ evaluation }) => evaluation !== null)).toHaveLength(8)
})

it('a shard whose framework never started is refused as such, and is mended by going on with it', async () => {
  const options = { shard: { number: 2, of: 2 }, evidence }
  const subject = experiment({ seeds })
  const broken = ending(await eventsOf(subject, { 'import-pytorch': 'raise' }, options)).comparisonDirectory
  const { message, hint } = await refusal([first, broken])
  expect(message).toContain('PyTorch never started there')
  expect(hint).toContain(`twintune resume ${broken}`)
  await eventsOfResuming(broken)
  expect(ending(await eventsOfMerging([first, broken])).comparison.status).toBe('finished')
})

it('runs that all failed say nothing of a machine that differs', async () => {
  const behaviours = { 'pytorch-2': 'die', 'pytorch-3': 'die' } as const
  const failed = await shard(2, 2, experiment({ seeds }), behaviours)
  const { comparison } = ending(await eventsOfMerging([first, failed]))
  expect(comparison).toMatchObject({ status: 'failed', merged: { differences: [] } })
})

it('the machine that merged shards is none of those that their runs had', async () => {
  const other = ending(await eventsOf(experiment({ seeds: [4, 5] }), {}, { evidence })).comparisonDirectory
  const merged = ending(await eventsOfMerging([first, second])).comparisonDirectory
  const moved = changed(merged, 'merged elsewhere', (copy) =>
    edit(path.join(copy, 'environment.json'), (environment) => ({ ...environment, node: 'v0.0.1' })),
  )
  const events = await eventsOfMerging([moved, other])
  expect(ending(events).comparison.merged?.differences).toEqual([])
  expect(ofType(events, 'warning')).toEqual([])
})

describe('copies', () => {
  it('leave checkpoints and exports behind', async () => {
    const source = changed(first, 'with checkpoints', (copy) => {
      for (const name of [comparisonFiles.checkpoints, comparisonFiles.export])
        mkdirSync(path.join(copy, 'pytorch-seed0', name))
    })
    const target = path.join(temporary, 'copied')
    mkdirSync(target)
    await copyRuns(await readPart(source), target)
    const names = readdirSync(path.join(target, 'pytorch-seed0'))
    expect(names).toContain('result.json')
    expect(names).not.toContain(comparisonFiles.checkpoints)
    expect(names).not.toContain(comparisonFiles.export)
  })

  it('that cannot be written are no fault of twintune', async () => {
    const file = path.join(temporary, 'no-folder')
    copyFileSync(path.join(first, 'spec.yaml'), file)
    await expect(copyRuns(await readPart(first), file)).rejects.toMatchObject({
      failure: { code: 'FOLDER_UNWRITABLE' },
    })
  })

  it('end between two runs when the user cancels', async () => {
    const target = path.join(temporary, 'cancelled')
    mkdirSync(target)
    await expect(copyRuns(await readPart(first), target, AbortSignal.abort())).rejects.toMatchObject({
      failure: { code: 'CANCELLED' },
    })
    expect(readdirSync(target)).toEqual([])
  })

  it('are marked until the folder is a comparison', async () => {
    const { comparisonDirectory } = ending(await eventsOfMerging([first, second]))
    expect(existsSync(path.join(comparisonDirectory, comparisonFiles.merging))).toBe(false)
  })
})
