const light = ['#6d28d9', '#0f766e', '#be185d', '#4d7c0f', '#475569', '#1c2024']
const dark = ['#b9a3ef', '#4fd1c5', '#f48fb1', '#a3d65c', '#94a3b8', '#e8eaed']

/** Colours of lines that stand for comparisons, none of which is a framework's: each follows the page into the dark. */
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
