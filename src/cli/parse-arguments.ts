import { InvalidArgumentError } from 'commander'
import { type ExportFormat, exportFormatSchema } from '../protocol/export-format.js'
import { fewestSteps } from '../run/one-off/sweep-range.js'
import { largestSeed, parseSeeds } from '../spec/seeds.js'
import { parseShard, type Shard } from '../spec/shard.js'
import { addTracker, type Trackers } from '../tracking/trackers.js'

/** Adds the trackers that an argument names to those before it. */
export function collectTrackers(value: string, previous: Trackers = {}): Trackers {
  // A variable that is set to nothing is as good as none.
  if (value === '') return previous
  return value.split(',').reduce((trackers, item) => {
    const added = addTracker(trackers, item.trim())
    if (added === null)
      throw new InvalidArgumentError(
        `There is no tracker ${item.trim()}: it is csv, tensorboard, mlflow, mlflow=URI, wandb or wandb=PROJECT.`,
      )
    return added
  }, previous)
}

export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value]
}

export function parseRate(value: string): number {
  const rate = Number(value)
  if (value.trim() === '' || !Number.isFinite(rate) || rate <= 0) {
    throw new InvalidArgumentError('The learning rate must be a number above 0, like 1e-7.')
  }
  return rate
}

export function parseSteps(value: string): number {
  if (!/^[1-9]\d*$/.test(value) || Number(value) < fewestSteps) {
    throw new InvalidArgumentError(`The number of steps must be a whole number from ${fewestSteps} up.`)
  }
  return Number(value)
}

export function parseSeed(value: string): number {
  if (!/^\d{1,10}$/.test(value) || Number(value) > largestSeed)
    throw new InvalidArgumentError(`The seed must be a whole number from 0 to ${largestSeed}.`)
  return Number(value)
}

export function parseMinutes(value: string): number {
  const minutes = Number(value)
  if (value.trim() === '' || !Number.isFinite(minutes) || minutes <= 0)
    throw new InvalidArgumentError('The minutes must be a number above 0, like 10.')
  return minutes
}

export function parseAmount(value: string): number {
  const amount = Number(value)
  if (value.trim() === '' || !Number.isFinite(amount) || amount < 0)
    throw new InvalidArgumentError('The amount must be a number from 0 up, like 2 or 0.5.')
  return amount
}

export function parseAmountAboveZero(value: string): number {
  const amount = parseAmount(value)
  if (amount === 0) throw new InvalidArgumentError('The amount must be above 0, like 2 or 0.5.')
  return amount
}

export function parsePort(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError('The port must be a whole number from 0 to 65535; 0 is any free one.')
  return Number(value)
}

export function parseAddedSeeds(value: string): readonly number[] {
  const seeds = parseSeeds(value)
  if ('message' in seeds) throw new InvalidArgumentError(`Seeds: ${seeds.message}.`)
  return seeds
}

export function parseShardArgument(value: string): Shard {
  const shard = parseShard(value)
  if (shard === null)
    throw new InvalidArgumentError('A shard is its number and how many there are: 1/4 is the first of four.')
  return shard
}

export function parseCount(value: string): number {
  if (!/^[1-9]\d*$/.test(value) || !Number.isSafeInteger(Number(value)))
    throw new InvalidArgumentError('The number must be a whole one from 1 up.')
  return Number(value)
}

export function parseFormats(value: string): readonly ExportFormat[] {
  const formats = exportFormatSchema.array().safeParse(value.split(',').map((name) => name.trim()))
  if (formats.success) return formats.data
  throw new InvalidArgumentError(`The formats are ${exportFormatSchema.options.join(', ')}.`)
}

export function parseParallel(value: string): number {
  if (!/^[1-9]\d*$/.test(value))
    throw new InvalidArgumentError('The number of runs must be a whole number from 1 up.')
  return Number(value)
}
