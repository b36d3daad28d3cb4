/** Sign that stands in a table where there is no value. */
export const absent = '–'

/** Formats a duration for people: `4.1 s`, `48 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`
}

/** Formats a size in binary megabytes: `1,530 MiB`, `0.4 MiB`. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return `${mebibytes < 9.95 ? mebibytes.toFixed(1) : formatCount(mebibytes)} MiB`
}

/** Formats a share as a percentage: `86.10%`. */
export function formatPercent(fraction: number, digits = 2): string {
  return `${(100 * fraction).toFixed(digits)}%`
}

/** Formats a difference of two shares in percentage points, with its sign: `+0.20`. */
export function formatPoints(difference: number): string {
  return formatSigned(100 * difference, 2)
}

/** Formats a number with its sign: `+0.20`, `0.00`; one that is smaller than its digits as such: `+<0.01`. */
export function formatSigned(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (value === 0) return text
  const sign = value > 0 ? '+' : '-'
  return Number(text) === 0 ? `${sign}<${(10 ** -digits).toFixed(digits)}` : `${sign}${text}`
}

/** Formats a speed in images a second, without its unit: `1,240`, `8.4`. */
export function formatRate(imagesPerSecond: number): string {
  return imagesPerSecond < 99.95 ? imagesPerSecond.toFixed(1) : formatCount(imagesPerSecond)
}

/** Formats a mean cross-entropy: `0.4102`. */
export function formatLoss(loss: number): string {
  return loss.toFixed(4)
}

/** Formats a learning rate to three digits, or the sign of an absent one: `1.45e-3`. */
export function formatLearningRate(rate: number | null): string {
  return formatOr(rate, (present) => present.toExponential(2))
}

/** Formats a relative error to two digits: `4.1e-15`. */
export function formatError(error: number): string {
  return error === 0 ? '0' : error.toExponential(1)
}

/** Formats a time in ISO 8601 as its date in UTC: `2026-11-24 UTC`. */
export function formatUtcDate(time: string): string {
  return `${time.slice(0, 10)} UTC`
}

/** Formats a whole number with its thousands set apart: `2,400`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** Formats a number and the noun that it counts: `1 run`, `4 runs`. */
export function formatNumberOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Formats a p-value as papers print it: `0.031`, `<0.001`. */
export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? '<0.001' : pValue.toFixed(3)
}

// To make one takes longer than to use it a hundred times, and lists are long.
let localTime: Intl.DateTimeFormat | undefined

/** Formats a time by the reader's own clock: `2026-11-24 10:15`. */
export function formatLocalTime(time: string): string {
  localTime ??= new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
  return localTime.format(new Date(time))
}

/** Formats a value by its formatter, or as the sign of an absent one. */
export function formatOr<Value>(value: Value | null | undefined, format: (value: Value) => string): string {
  return value === null || value === undefined ? absent : format(value)
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
