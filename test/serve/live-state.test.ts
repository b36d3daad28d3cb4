import { expect, it } from 'vitest'
import { LiveState } from '../../src/serve/live-state.js'
import { firstOf } from '../log/events.js'
import { interruptedEvents } from '../tracking/rig.js'

it.each([{ anew: false }, { anew: true }])(
  'draws each epoch once of a run whose node was lost, begun anew: $anew',
  ({ anew }) => {
    const started = firstOf('comparison-started')
    const state = new LiveState({ name: 'moved', path: '/runs/moved', started })
    for (const event of interruptedEvents({ anew, moved: true })) state.update(event)
    const epochs = state.view('running').curves.map((run) => run.epochs.map(({ epoch }) => epoch))
    expect(epochs).toEqual([[1, 2, 3]])
  },
)
