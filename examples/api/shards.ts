import { compare, loadExperiment, merge } from 'twintune'

const experiment = await loadExperiment('pets.yaml')
const folders: string[] = []
for (const number of [1, 2]) {
  const { comparisonDirectory } = await compare(experiment, {
    shard: { number, of: 2 },
    runsDirectory: 'shards',
  })
  folders.push(comparisonDirectory)
}

for await (const event of merge(folders)) {
  if (event.type === 'comparison-finished') console.log(event.comparison.merged?.differences)
}
