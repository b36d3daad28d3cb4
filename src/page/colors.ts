/** Colours of pages and charts as variables of CSS, for light and dark surroundings and for paper. */
export const colors = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --soft: #5b6570; --faint: #dfe3e7; --shade: #eef1f4;
  --tensorflow: #b45309; --pytorch: #1d5fa8; --good: #1a7f45; --doubt: #a3460b;
  --line-1: #b45309; --line-2: #1d5fa8; --line-3: #1a7f45; --line-4: #8a3ab9; --line-5: #b0245a; --line-6: #4d5a66;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --ink: #e8eaed; --soft: #a4adb6; --faint: #343a41; --shade: #232930;
    --tensorflow: #f0a04b; --pytorch: #6fb1f2; --good: #5fc98a; --doubt: #f0a04b;
    --line-1: #f0a04b; --line-2: #6fb1f2; --line-3: #5fc98a; --line-4: #c792ea; --line-5: #f28bb1; --line-6: #aeb9c4;
  }
}`
