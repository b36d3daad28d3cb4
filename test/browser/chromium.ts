import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Path of a Chromium of this machine; `undefined` where there is none. */
export const chromiumPath = [process.env.TWINTUNE_CHROMIUM, ...usual].find(
  (file) => file !== undefined && existsSync(file),
)

/** Reason that a title gives where the tests of a browser are left out. */
export const skipped = chromiumPath === undefined ? ' (skipped: no Chromium, see TWINTUNE_CHROMIUM)' : ''

/** Starts the machine's Chromium without a window. */
export function launch(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('no Chromium')
  // Its own sandbox can't be had by root, as whom containers run.
  return chromium.launch({
    executablePath: chromiumPath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}
