/** Colours of pages and charts as variables of CSS, for light and dark surroundings and for paper. */
export const colors = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --soft: #5b6570; --faint: #dfe3e7; --shade: #eef1f4;
  --tensorflow: #b45309; --pytorch: #1d5fa8; --good: #1a7f45; --doubt: #a3460b;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #e8eaed; --soft: #a4adb6; --faint: #343a41; --shade: #232930;
    --tensorflow: #f0a04b; --pytorch: #6fb1f2; --good: #5fc98a; --doubt: #f0a04b;
  }
}`
