import { existsSync, opendirSync } from 'node:fs'
import path from 'node:path'
import { nearest } from './nearest.js'

/** Finds the existing path that a path which doesn't exist was probably meant as; `null` when none is close. */
export function nearestPath(missing: string): string | null {
  const { root } = path.parse(missing)
  let found = root
  for (const name of missing.slice(root.length).split(path.sep)) {
    const next = path.join(found, name)
    const meant = existsSync(next) ? name : nearest(name, namesIn(found))
    if (meant === null) return null
    found = path.join(found, meant)
  }
  return found
}

// Folders of images may hold millions of files: the names of so many show what was meant, or nothing does.
const mostNames = 10_000

function namesIn(folder: string): string[] {
  try {
    const entries = opendirSync(folder)
    const names: string[] = []
    for (
      let entry = entries.readSync();
      entry !== null && names.length < mostNames;
      entry = entries.readSync()
    )
      names.push(entry.name)
    entries.closeSync()
    return names
  } catch {
    return []
  }
}
