const light = ['#b45309', '#1d5fa8', '#1a7f45', '#8a3ab9', '#b0245a', '#4d5a66']
const dark = ['#f0a04b', '#6fb1f2', '#5fc98a', '#c792ea', '#f28bb1', '#aeb9c4']

/** Colours of lines that stand for comparisons: each follows the page into the dark. */
export const lineColors = light.map((_, index) => `var(--line-${index + 1})`)

function variables(colors: readonly string[]): string {
  return colors.map((color, index) => `--line-${index + 1}: ${color};`).join(' ')
}

/** Colours of pages and charts as variables of CSS, for light and dark surroundings and for paper. */
export const colors = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --soft: #5b6570; --faint: #dfe3e7; --shade: #eef1f4;
  --tensorflow: #b45309; --pytorch: #1d5fa8; --good: #1a7f45; --doubt: #a3460b;
  ${variables(light)}
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #e8eaed; --soft: #a4adb6; --faint: #343a41; --shade: #232930;
    --tensorflow: #f0a04b; --pytorch: #6fb1f2; --good: #5fc98a; --doubt: #f0a04b;
    ${variables(dark)}
  }
}`
