import { type HeldOptions, type HoldingTest, isWithin } from './held-options.js'

/** Renders docs/option-tests.md: which tests hold the meaning of each option. */
export function renderOptionTests(options: readonly string[], held: HeldOptions): string {
  // A test may hold a whole group of options, such as `augmentation.colorJitter` with all its fields.
  const rows = [...held.keys()].toSorted(
    (a, b) => placeOf(a, options) - placeOf(b, options) || (a < b ? -1 : 1),
  )
  return `# Which test holds which option

Written by \`npm run docs\` from the comments \`Holds the option …\` above the tests. [training.md](training.md) says what each option means;
each test below fails when the option comes to mean something else in either framework. A file without the name of a test holds the
option as a whole.

| option | held by |
|---|---|
${rows.map((option) => `| \`${option}\` | ${(held.get(option) ?? []).map(linkTo).join('<br>')} |`).join('\n')}
`
}

function placeOf(path: string, options: readonly string[]): number {
  return options.findIndex((option) => isWithin(option, path))
}

function linkTo({ file, test }: HoldingTest): string {
  const name = test === undefined ? '' : `: ${test.replace(/^test_/, '').replaceAll('_', ' ')}`
  return `[${file.replace(/^test\/(python\/)?/, '')}](../${file})${name}`
}
