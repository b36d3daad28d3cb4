import { eject, loadExperiment } from 'twintune'

const experiment = await loadExperiment('examples/fashion-mnist.yaml')
const { pytorch } = await eject(experiment, { framework: 'pytorch', seed: 3 })
console.log(pytorch)
