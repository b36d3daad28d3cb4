// Mutation testing of the TypeScript side: `tsx scripts/mutants/typescript.ts --minutes 10 --seed 17`, or `make mutants`
// for both languages. Stryker makes the mutants and runs the tests. The sample is drawn here, in batches of which each is
// twice the one before, until the next batch would take longer than what is left of the time.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { describe, type Outcome, readReport } from './stryker-report.js'

const REPORT = '.mutants/stryker.json'
const OWN_REPORT = '.mutants/typescript.json'
const FIRST_SHARE = 0.004
/** Python of this checkout. Stryker tests a copy that has none, in which tests that start workers would all fail. */
const OWN_PYTHON = path.resolve('.venv/bin/python')

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '17' },
    /** Draws the mutants up to this share of all, however long they take. */
    share: { type: 'string' },
    /** The files that get mutants, in place of those of stryker.config.mjs. */
    mutate: { type: 'string' },
  },
})
const outcomes: Outcome[] = []
mkdirSync('.mutants', { recursive: true })
const end = Date.now() + 60_000 * Number(values.minutes)
let from = 0
let to = values.share === undefined ? FIRST_SHARE : Number(values.share)
for (;;) {
  const began = Date.now()
  const batch = runStryker(from, to)
  outcomes.push(...batch.outcomes)
  from = to
  to = Math.min(1, from * 3)
  const report = { seed: values.seed, share: from, of: batch.of, mutants: outcomes }
  writeFileSync(OWN_REPORT, `${JSON.stringify(report, null, 1)}\n`)
  const isOver = Date.now() + 2 * (Date.now() - began) > end
  if (values.share !== undefined || from === 1 || isOver) break
}
say(describe(outcomes))
say(`A share of ${from} repeats this sample; all of it is in ${OWN_REPORT}.`)

/** Tests the mutants whose fractions lie in a part of 0 to 1. */
function runStryker(low: number, high: number): ReturnType<typeof readReport> {
  say(`TypeScript: mutants from ${low} to ${high} of 1, drawn with the seed ${values.seed}`)
  rmSync(REPORT, { force: true })
  const mutate = values.mutate === undefined ? [] : ['--mutate', values.mutate]
  const { status } = spawnSync('npx', ['stryker', 'run', 'scripts/mutants/stryker.config.mjs', ...mutate], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(existsSync(OWN_PYTHON) && { TWINTUNE_PYTHON: process.env.TWINTUNE_PYTHON || OWN_PYTHON }),
      // Stryker imports the checker, which is TypeScript, in processes of its own.
      NODE_OPTIONS: '--import tsx',
      MUTANTS_SEED: values.seed,
      MUTANTS_FROM: String(low),
      MUTANTS_TO: String(high),
    },
  })
  if (status !== 0) throw new Error(`Stryker ended with ${status}`)
  return readReport(readFileSync(REPORT, 'utf8'))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
