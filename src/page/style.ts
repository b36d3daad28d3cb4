import { colors, lineColors } from './colors.js'

/** Style sheet of the page: one column, light and dark, for screens from 320 pixels on and for paper. */
export const style = `${colors}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
header p, figcaption, .note, .key { color: var(--soft); }
a { color: var(--pytorch); }
h1 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.5rem; }
.verdict { font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
.lead { font-size: 1.15rem; margin: 0.5rem 0; }
.trust { display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 1rem 0; padding: 0; }
.trust li { border: 1px solid currentColor; border-radius: 1rem; padding: 0.1rem 0.75rem; font-size: 0.9rem; }
.good, .identical { color: var(--good); }
.doubt, .different { color: var(--doubt); }
.equivalent { color: var(--pytorch); }
.unchecked, .open { color: var(--soft); }
.tensorflow { color: var(--tensorflow); }
.pytorch { color: var(--pytorch); }
.marks { display: block; }
.key > span { white-space: nowrap; margin-right: 0.4rem; }
.marks svg { vertical-align: -0.1em; }
.versions { display: block; font-size: 0.85rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
dt { font-weight: 500; }
dd { margin: 0 0 0.5rem; }
figure { margin: 1.5rem 0; }
.chart svg { display: block; width: 100%; height: auto; max-width: 34rem; }
.narrow { display: none; }
@media screen and (max-width: 35rem) {
  .narrow { display: block; }
  .narrow ~ .wide { display: none; }
}
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 2rem; }
.charts figure { margin: 0.75rem 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child { text-align: left; font-weight: 500; }
#top-losses ~ .scroll :is(td, th):is(:nth-child(2), :nth-child(3)) { text-align: left; }
#speed ~ .scroll :is(td, th) { min-width: 6.5rem; }
#speed ~ .scroll th:first-child { min-width: 14rem; }
thead th { color: var(--soft); font-weight: 500; border-bottom: 1px solid var(--faint); }
.texts-all :is(td, th), .texts-last :is(td, th):last-child { text-align: left; }
.texts-last .evidence { min-width: 26rem; }
.side { white-space: normal; overflow-wrap: break-word; display: inline-block; min-width: 11rem; }
.evidence { white-space: normal; overflow-wrap: anywhere; display: inline-block; min-width: 16rem; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 0.75rem; list-style: none; padding: 0; }
.filter { border: 0; margin: 1rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
.filter legend { float: left; padding: 0; margin-right: 1rem; color: var(--soft); }
section:has([value='tensorflow']:checked) .gallery li:not(.right-tensorflow),
section:has([value='pytorch']:checked) .gallery li:not(.right-pytorch),
section:has([value='none']:checked) .gallery li:not(.right-none) { display: none; }
.gallery li { display: flex; gap: 0.6rem; align-items: flex-start; overflow-wrap: anywhere; }
.gallery img { width: 4rem; height: 4rem; object-fit: contain; image-rendering: pixelated; background: var(--shade); flex: none; }
.gallery p { margin: 0; font-size: 0.85rem; line-height: 1.35; }
.gallery span, .gallery strong { display: block; }
.cell {
  display: inline-block; min-width: 2.2rem; padding: 0.1rem 0.3rem; text-align: center; border-radius: 0.2rem;
  background: color-mix(in srgb, var(--shade-of) calc(var(--share) * 45%), transparent);
}
.of-tensorflow { --shade-of: var(--tensorflow); }
.of-pytorch { --shade-of: var(--pytorch); }
.matrices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
.matrices > div { min-width: 0; }
.matrices :is(td, th) { padding: 0.15rem 0.1rem; font-size: 0.78rem; }
.matrices tbody th { padding-right: 0.5rem; }
.matrices thead th + th { writing-mode: sideways-lr; text-align: left; vertical-align: bottom; padding: 0.3rem 0; }
.matrices .cell { min-width: 2.1rem; padding: 0.1rem 0; }
.matrices h3 { margin: 0.75rem 0 0; }
.lines { list-style: none; padding: 0; display: grid; gap: 0.2rem; overflow-wrap: anywhere; }
${lineColors.map((color, index) => `.line-${index + 1} { color: ${color}; }`).join(' ')}
.side-by-side :is(td, thead th) { white-space: normal; min-width: 8rem; max-width: 12rem; overflow-wrap: anywhere; }
.side-by-side th:first-child { position: sticky; left: 0; background: var(--paper); min-width: 0; }
/* Names in other directions leave the text beside them alone. */
th, td, h1, strong, code { unicode-bidi: isolate; }
details { margin: 0.75rem 0; }
summary { cursor: pointer; }
pre { overflow-x: auto; background: var(--shade); padding: 0.75rem; font-size: 0.82rem; max-height: 30rem; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, tr { break-inside: avoid; }
  h2, h3, figcaption, h2 ~ p { break-after: avoid; }
  .charts { grid-template-columns: 1fr 1fr; gap: 0 1.5rem; }
  .chart svg { max-width: 26rem; }
  .scroll, pre { overflow: visible; max-height: none; }
  table { font-size: 8.5pt; }
  .evidence, .texts-last .evidence, .side { min-width: 5rem; overflow-wrap: anywhere; }
}
`
