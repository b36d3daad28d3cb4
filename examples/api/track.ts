import { compare, loadExperiment } from 'twintune'

const experiment = await loadExperiment('examples/fashion-mnist.yaml')
await compare(experiment, {
  track: { csv: true, tensorboard: true, mlflow: { uri: 'http://127.0.0.1:5000', models: true } },
  onEvent: (event) => {
    if (event.type === 'warning') console.warn(event.code, event.message)
  },
})
