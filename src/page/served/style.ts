/** Style sheet of the pages that a server shows, beside that of the report. */
export const servedStyle = `
nav { font-size: 0.92rem; margin-bottom: 0.75rem; }
code { overflow-wrap: anywhere; }
button, input[type='search'] {
  font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 0.35rem;
  padding: 0.3rem 0.75rem; max-width: 100%;
}
button:not(:disabled) { cursor: pointer; }
button:disabled { color: var(--soft); border-color: var(--faint); }
:focus-visible { outline: 2px solid var(--pytorch); outline-offset: 2px; }
progress { width: 100%; height: 0.6rem; accent-color: var(--pytorch); display: block; }
progress.tensorflow { accent-color: var(--tensorflow); }
.status progress { max-width: 38rem; }
.connection, .ended { border-left: 4px solid var(--doubt); background: var(--shade); padding: 0.6rem 0.9rem; }
.connection { position: sticky; top: 0; z-index: 1; }
.ended { border-color: var(--good); overflow-wrap: anywhere; }
.activities { list-style: none; padding: 0; display: grid; gap: 1rem; }
.activities { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.activities li { border: 1px solid var(--faint); border-radius: 0.5rem; padding: 0.8rem 1rem; }
.activities h3 { font-size: 1rem; margin: 0; }
.activities p { margin: 0.15rem 0 0.4rem; display: flex; gap: 1rem; justify-content: space-between; }
.share { color: var(--soft); font-variant-numeric: tabular-nums; }
dl { display: flex; flex-wrap: wrap; gap: 0.4rem 1.5rem; margin: 0.7rem 0 0; font-variant-numeric: tabular-nums; }
dt { color: var(--soft); font-size: 0.82rem; }
dd { margin: 0; }
.log ol { list-style: none; margin: 0; padding: 0; }
.log [role='log'] {
  padding: 0.75rem; overflow: auto; max-height: 24rem; background: var(--shade);
  font: 0.82rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
.log { margin-top: 2.5rem; }
.log li { padding-left: 2ch; text-indent: -2ch; }
.controls { display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; align-items: center; margin: 1.25rem 0; }
.list :is(td, th) { text-align: left; }
.list th .note { display: block; font-weight: 400; font-size: 0.82rem; }
@media screen and (max-width: 40rem) {
  .list th .note { white-space: normal; overflow-wrap: anywhere; }
  .list th[scope='row'] { min-width: 8rem; }
  .list :is(th, td) { padding-right: 0.6rem; }
}
.list thead button { border: 0; padding: 0; color: inherit; background: none; }
.list th[aria-sort='ascending'] button::after { content: ' ▲'; }
.list th[aria-sort='descending'] button::after { content: ' ▼'; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`
