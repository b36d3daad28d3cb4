import { readFile } from 'node:fs/promises'
import { loadModel } from 'twintune'

const model = await loadModel('latest', { framework: 'pytorch' })
try {
  const predictions = await model.predict(['photos/a.jpg', await readFile('photos/b.jpg')], { top: 3 })
  for (const { image, top, problem } of predictions) console.log(image, problem ?? top)
  // [{ class: 'cat', probability: 0.97 }, { class: 'dog', probability: 0.02 }, …]
} finally {
  await model.close()
}
