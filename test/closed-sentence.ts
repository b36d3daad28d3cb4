const closedOpenings =
  /^(of|those|that|what|where|all that|the ones?|ones?(?!-)|it|its|they|their|them|this|these|such|so|which|who|whose|as|in|by|from|at|to|on|up|with|without|under|before|after|none|both|either|only|not)\b/i

/**
 * Whether a description is closed to whoever reads it alone, as an editor shows it: it opens with a pronoun or a
 * preposition in place of the noun that it is about, or has fewer than three words.
 */
export function isClosed(description: string): boolean {
  return closedOpenings.test(description) || description.split(/\s+/).length < 3
}
