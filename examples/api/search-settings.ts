import { loadExperiment, sweep } from 'twintune'

const experiment = await loadExperiment('examples/sweep-head.yaml')
const found = await sweep(experiment, {
  onEvent: (event) => {
    if (event.type === 'trial-ended') console.log(event.result.framework, event.result.objective)
  },
})
for (const { framework, trial, verdict } of found.final?.gains ?? []) console.log(framework, trial, verdict)
