import { expect, test } from 'vitest'
import { eventSchema } from '../../src/events.js'
import { compareEvents } from './events.js'

test('the events that these tests are built on are events', () => {
  for (const event of compareEvents()) expect(eventSchema.parse(event)).toEqual(event)
})
