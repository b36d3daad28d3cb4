import { distance } from 'fastest-levenshtein'

/** Finds the candidate that was probably meant; `null` when none is close. Case, `_`, `-` and blanks don't count. */
export function nearest(text: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .filter((candidate) => mayBeMeant(text, candidate))
    .map((candidate) => ({ candidate, slips: slipsBetween(fold(text), fold(candidate)) }))
    .filter(({ candidate, slips }) => slips <= allowedSlips(text, candidate))
    .sort((one, other) => one.slips - other.slips)
  return ranked[0]?.candidate ?? null
}

/** Sorts the candidates by how near they are to a text, the nearest first, and takes the first few. */
export function nearestFew(text: string, candidates: readonly string[], count: number): string[] {
  const far = (candidate: string) =>
    slipsBetween(fold(text), fold(candidate)) - commonStart(fold(text), fold(candidate))
  return candidates.toSorted((one, other) => far(one) - far(other)).slice(0, count)
}

// Names of a family begin alike and end in sizes and versions.
function commonStart(text: string, candidate: string): number {
  const differs = [...text].findIndex((letter, index) => letter !== candidate[index])
  return differs === -1 ? text.length : differs
}

// A user who writes resnet34 made no slip for resnet18: another number is another thing.
function mayBeMeant(text: string, candidate: string): boolean {
  const [given, wanted] = [digits(text), digits(candidate)]
  return given === '' || given === wanted
}

// Two letters changed about are the likeliest slip, but two edits to Levenshtein.
function slipsBetween(text: string, candidate: string): number {
  const edits = distance(text, candidate)
  return edits === 2 && sorted(text) === sorted(candidate) ? 0.5 : edits
}

function allowedSlips(text: string, candidate: string): number {
  return Math.floor(Math.max(fold(text).length, fold(candidate).length) * 0.4)
}

/** Writes a text without what doesn't count between two spellings: case, `_`, `-` and blanks. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]/g, '')
}

function digits(text: string): string {
  return text.replaceAll(/\D/g, '')
}

function sorted(text: string): string {
  return [...text].sort().join('')
}
