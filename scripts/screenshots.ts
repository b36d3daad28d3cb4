// Makes the pictures of README and docs in docs/pictures/ from a comparison: that of the demo, which is carried out for
// them, or one whose folder is given: `npx tsx scripts/screenshots.ts runs/NAME`.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { AnsiUp } from 'ansi_up'
import { execa } from 'execa'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { chromiumPath, launch } from '../test/browser/chromium.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = path.join(root, 'dist/main.js')
const pictures = path.join(root, 'docs/pictures')

/** Widths in CSS pixels: README's column on GitHub, and a phone. */
const widths = { page: 830, phone: 390 }
const pixelsPerPixel = 2

if (chromiumPath === undefined) {
  process.stderr.write(
    'There is no Chromium to make pictures with: install one, or name it in TWINTUNE_CHROMIUM.\n',
  )
  process.exit(1)
}
const temporary = mkdtempSync(path.join(tmpdir(), 'twintune-pictures-'))
const runs = path.join(temporary, 'runs')
const browser = await launch()
try {
  const comparison = path.join(
    runs,
    await (process.argv[2] === undefined ? carryOut() : copy(process.argv[2])),
  )
  mkdirSync(pictures, { recursive: true })
  const report = pathToFileURL(path.join(comparison, 'report.html')).href
  for (const colorScheme of ['light', 'dark'] as const)
    await withPage(browser, report, { ...viewport(widths.page), colorScheme }, (page) =>
      take(page, `report-${colorScheme}`, 'header', '#test ~ figure:nth-of-type(2)'),
    )
  await withPage(browser, report, viewport(widths.page), (page) =>
    take(page, 'report-training', '#training', '#training ~ .charts'),
  )
  await withPage(browser, report, viewport(widths.phone), (page) =>
    take(page, 'report-phone', 'header', '#test ~ figure:nth-of-type(2)'),
  )
  const terminal = path.join(temporary, 'terminal.html')
  writeFileSync(terminal, terminalPage(await show()))
  await withPage(browser, pathToFileURL(terminal).href, viewport(widths.page), (page) =>
    take(page, 'terminal', 'main', 'main', 0),
  )
} finally {
  await browser.close()
  rmSync(temporary, { recursive: true })
}

/** Carries the demo's comparison out and returns the name of its folder. */
async function carryOut(): Promise<string> {
  const experiment = path.join(root, 'examples/fashion-mnist.yaml')
  await execa('node', [main, 'compare', experiment, '--out', runs], { stdio: 'inherit' })
  const [name] = readdirSync(runs)
  if (name === undefined) throw new Error(`no comparison in ${runs}`)
  return name
}

/** Copies a comparison's folder, writes its report as it is now, and returns the folder's name. */
async function copy(folder: string): Promise<string> {
  const name = path.basename(path.resolve(folder))
  cpSync(folder, path.join(runs, name), { recursive: true })
  await execa('node', [main, 'report', path.join(runs, name)])
  return name
}

/** Gives what `twintune show latest` prints in colour where the folder lies in `runs/`. */
async function show(): Promise<string> {
  // As if it were installed, since it names commands as it was called.
  const bin = path.join(temporary, 'bin')
  mkdirSync(bin)
  symlinkSync(main, path.join(bin, 'twintune'))
  const { stdout } = await execa(path.join(bin, 'twintune'), ['show', 'latest'], {
    cwd: path.dirname(runs),
    env: { PATH: `${bin}:${process.env.PATH}`, FORCE_COLOR: '1', NO_COLOR: '', LC_ALL: 'C.UTF-8' },
  })
  return stdout
}

/** Page that shows the output of a command as a terminal does. */
function terminalPage(output: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>twintune show latest</title><style>
body { margin: 0; background: #15181b; }
main { display: inline-block; padding: 20px 24px; color: #e8eaed; background: #15181b; }
pre { margin: 0; font: 13px/1.4 ui-monospace, monospace; }
</style><main><pre><span style="color:#a4adb6">$</span> twintune show latest\n${new AnsiUp().ansi_to_html(output)}</pre></main></html>`
}

function viewport(width: number): BrowserContextOptions {
  return { viewport: { width, height: 800 }, deviceScaleFactor: pixelsPerPixel }
}

async function withPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    await page.goto(url)
    await look(page)
  } finally {
    await context.close()
  }
}

/** Takes a picture of the page, as wide as it is, from the top of one element to the end of another. */
async function take(page: Page, name: string, from: string, to: string, margin = 24): Promise<void> {
  const [first, last] = [await boxOf(page, from), await boxOf(page, to)]
  const y = Math.max(0, first.y - margin)
  const width = Math.min(page.viewportSize()?.width ?? widths.page, first.width + 2 * first.x)
  const png = await page.screenshot({
    fullPage: true,
    clip: { x: 0, y, width, height: last.y + last.height + margin - y },
  })
  const file = path.join(pictures, `${name}.png`)
  // The pages have few colours: a palette takes a third of the bytes.
  const { size } = await sharp(png).png({ palette: true, colours: 64, effort: 10 }).toFile(file)
  process.stdout.write(`${path.relative(root, file)}  ${Math.ceil(size / 1024)} KiB\n`)
}

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).first().boundingBox()
  if (box === null) throw new Error(`the page has no ${selector}`)
  return box
}
