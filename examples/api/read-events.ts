import { readFile } from 'node:fs/promises'
import { eventSchema } from 'twintune/schemas'

const lines = (await readFile('events.jsonl', 'utf8')).trim().split('\n')
for (const event of lines.map((line) => eventSchema.parse(JSON.parse(line)))) {
  if (event.type === 'run-failed') console.error(event.framework, event.seed, event.failure.message)
}
