import { exportModel } from 'twintune'

const { folder, metrics, artefacts } = await exportModel('latest', { framework: 'pytorch', format: 'onnx' })
for (const { runtime, metrics: tested } of artefacts) console.log(runtime, tested.accuracy, metrics.accuracy)
console.log(folder)
