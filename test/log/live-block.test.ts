import { stripVTControlCharacters } from 'node:util'
import { Terminal } from '@xterm/headless'
import picocolors from 'picocolors'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Event } from '../../src/events.js'
import { LiveBlock } from '../../src/log/live-block.js'
import { TerminalLogger } from '../../src/log/terminal-logger.js'
import { at, compareEvents, comparisonDirectory, runEvents } from './events.js'
import { OutputBuffer } from './output-buffer.js'

/** Build of Windows whose terminals cut lines off at a new width, as xterm does; others fold them. */
const cutting = { backend: 'conpty', buildNumber: 19000 } as const

/** Screen of an emulated terminal, which can be given another width in the middle. */
class Screen {
  readonly isTTY = true
  readonly rows = 24
  readonly #terminal: Terminal

  constructor(
    public columns: number,
    folds: boolean,
  ) {
    this.#terminal = new Terminal({
      cols: columns,
      rows: this.rows,
      convertEol: true,
      allowProposedApi: true,
      ...(folds ? {} : { windowsPty: cutting }),
    })
  }

  write(text: string): void {
    this.#terminal.write(text)
  }

  async resize(columns: number): Promise<void> {
    await this.#written()
    this.#terminal.resize(columns, this.rows)
    this.columns = columns
  }

  /** Lines with a text, those that have left the screen at its top too. */
  async lines(): Promise<string[]> {
    await this.#written()
    const { active } = this.#terminal.buffer
    return Array.from({ length: active.length }, (_, line) =>
      (active.getLine(line)?.translateToString(true, 0, this.columns) ?? '').trimEnd(),
    ).filter((line) => line !== '')
  }

  #written(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write('', resolve))
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(at(0)), toFake: ['Date', 'setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe.each([
  ['folds', true],
  ['cuts off', false],
])('on a terminal that %s what is too wide', (_, folds) => {
  it.each([[[120, 60]], [[60, 120]], [[120, 60, 120, 40, 100]]])(
    'the live view stands once, and whole, after widths of %s',
    async (widths) => {
      vi.stubEnv('TMUX', '')
      vi.stubEnv('TERM', 'xterm-256color')
      vi.stubEnv('XTERM_VERSION', folds ? '' : 'XTerm(390)')
      const [first = 80, ...others] = widths
      const screen = new Screen(first, folds)
      screen.write('$ earlier command\n$ and its lines\n$ twintune compare\n')
      const logger = new TerminalLogger(screen, picocolors.createColors(true), true)
      // Both frameworks are in the middle of a run.
      const [started] = compareEvents()
      const events = [
        started,
        ...runEvents('tensorflow', 0, 0).slice(0, 14),
        ...runEvents('pytorch', 0, 0).slice(0, 14),
      ]
      for (const event of events as Event[]) logger.log(event)
      vi.advanceTimersByTime(100)
      for (const width of others) {
        await screen.resize(width)
        vi.advanceTimersByTime(100)
      }
      const lines = await screen.lines()
      expect(lines.filter((line) => /epoch|step|left/.test(line))).toEqual([
        expect.stringMatching(/^TensorFlow {2}seed 0 .* left$/),
        expect.stringMatching(/^PyTorch {5}seed 0 .* left$/),
      ])
      const whole = lines.join('')
      const above = ['$ twintune compare', 'fashion-frozen: 4 runs in aligned mode', comparisonDirectory]
      for (const lasting of above) expect(whole.split(lasting)).toHaveLength(2)
      logger.close()
      expect((await screen.lines()).join('')).not.toMatch(/epoch|left$/)
    },
  )
})

describe('a block of lines', () => {
  it('stands below what is printed', async () => {
    const screen = new Screen(40, true)
    const block = new LiveBlock(screen)
    block.draw(['one', 'two'])
    block.print('lasting')
    block.draw(['three'])
    expect(await screen.lines()).toEqual(['lasting', 'three'])
  })

  it('is cut where it is wider or higher than the screen', async () => {
    const screen = new Screen(10, true)
    const block = new LiveBlock(screen)
    block.print('lasting')
    const lines = Array.from({ length: 30 }, (_, line) => `line ${line} that is too wide`)
    for (let frame = 0; frame < 3; frame++) block.draw(lines.map((line) => `${frame} ${line}`))
    const seen = await screen.lines()
    expect(seen[0]).toBe('lasting')
    expect(seen.slice(1).map((line) => line.slice(0, 3))).toEqual(Array.from({ length: 23 }, () => '2 l'))
  })

  it('is written again where something has changed, and not otherwise', () => {
    const stream = new OutputBuffer({ isTTY: true })
    const block = new LiveBlock(stream)
    block.draw(['one'])
    const before = stream.text
    block.draw(['one'])
    expect(stripVTControlCharacters(stream.text.slice(before.length)).trim()).toBe('')
  })
})
