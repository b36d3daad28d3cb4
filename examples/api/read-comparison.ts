import { listComparisons, openComparison } from 'twintune'

for (const { name, status, startedAt } of await listComparisons()) console.log(name, status, startedAt)

const latest = await openComparison('latest')
const { classes, logits, labels } = latest.predictions({ framework: 'pytorch', seed: 0 })
for (const [image, row] of logits.entries()) {
  const predicted = row.indexOf(Math.max(...row))
  if (predicted !== labels[image]) console.log('image', image, 'is taken for', classes[predicted])
}
for (const { seed, listed } of latest.disagreements()?.seeds ?? []) {
  for (const { image, label, tensorflow, pytorch } of listed) {
    console.log(seed, image, label, tensorflow.predicted, pytorch.predicted)
  }
}
