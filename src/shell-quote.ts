/** Quotes a word, such as a path, as a shell takes it. */
export function shellQuote(word: string): string {
  return /^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
