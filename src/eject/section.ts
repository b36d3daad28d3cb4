/** Writes the heading of a part of a script: a line across, so that an eye that scrolls finds it. */
export function heading(title: string): string {
  return `# ${title} ${'-'.repeat(100 - title.length)}`
}
