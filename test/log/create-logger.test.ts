import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventSchema } from '../../src/events.js'
import { createLogger, type LoggerOptions } from '../../src/log/create-logger.js'
import { foldsLines, supportsSparkLines } from '../../src/log/output.js'
import { at, compareEvents, comparisonDirectory } from './events.js'
import { OutputBuffer } from './output-buffer.js'

const escapeCharacter = '\u001B'

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '')
  vi.stubEnv('FORCE_COLOR', '')
  vi.stubEnv('TERM', 'xterm-256color')
  vi.stubEnv('CI', '')
})

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('where nothing is a terminal', () => {
  test('progress goes to stderr, the report and the comparison folder to stdout, neither with escapeCharacter codes', () => {
    const { stdout, stderr } = logAll({})
    expect(stderr.text).toContain('TensorFlow seed 0  epoch 2/3')
    expect(stderr.text).not.toContain('Fairness contract')
    expect(stdout.text).toContain('Fairness contract')
    expect(stdout.lines.at(-1)).toBe(`Comparison folder: ${comparisonDirectory}`)
    expect(stdout.text + stderr.text).not.toContain(escapeCharacter)
  })

  test('FORCE_COLOR gives colours', () => {
    vi.stubEnv('FORCE_COLOR', '1')
    expect(logAll({}).stdout.text).toContain(escapeCharacter)
  })
})

test('texts of the data and of failures do nothing to a terminal, and are whole in the events', () => {
  const [stdout, stderr] = [new OutputBuffer(), new OutputBuffer()]
  const logger = createLogger({ json: true, stdout, stderr })
  const message = `class \u001b[2K\nb has no images`
  logger.log({ type: 'warning', time: at(0), code: 'DATASET', message })
  logger.close()
  expect(stderr.text).toBe('warning class \\x1b[2K\\nb has no images\n')
  expect(JSON.parse(stdout.text)).toMatchObject({ message })
})

describe('with --json', () => {
  test('stdout has every event, one a line, and nothing else', () => {
    const { stdout } = logAll({ json: true })
    expect(stdout.lines.map((line) => eventSchema.parse(JSON.parse(line)))).toEqual(compareEvents())
  })

  test('what is for people goes to stderr, in plain lines even on a terminal', () => {
    const { stderr } = logAll({ json: true, color: false, stderr: new OutputBuffer({ isTTY: true }) })
    expect(stderr.text).toContain('TensorFlow seed 0  epoch 2/3')
    expect(stderr.text).toContain('Fairness contract')
    expect(stderr.text).not.toContain(escapeCharacter)
  })

  test('a warning that is repeated stays in the events and is told to people once', () => {
    const [stdout, stderr] = [new OutputBuffer(), new OutputBuffer()]
    const logger = createLogger({ json: true, stdout, stderr })
    for (const framework of ['tensorflow', 'pytorch'] as const) {
      logger.log({ type: 'warning', time: at(1), framework, code: 'IMAGE_SIZE', message: 'Use 97.' })
    }
    expect(stdout.lines).toHaveLength(2)
    expect(stderr.lines).toEqual(['warning TensorFlow: Use 97.'])
  })
})

describe('with --quiet', () => {
  test('only the verdict and the comparison folder are printed', () => {
    const { stdout, stderr } = logAll({ quiet: true })
    expect(stderr.text).toBe('')
    expect(stdout.lines).toEqual([
      'Test accuracy: TensorFlow 85.90%, PyTorch 85.60% – inconclusive: 2 pairs; a winner needs at least six.',
      `Comparison folder: ${comparisonDirectory}`,
    ])
  })

  test('failures are still told', () => {
    const stderr = new OutputBuffer()
    const logger = createLogger({ quiet: true, stdout: new OutputBuffer(), stderr })
    logger.log({
      type: 'run-failed',
      time: at(1),
      framework: 'tensorflow',
      seed: 0,
      status: 'failed',
      failure: {
        code: 'OUT_OF_MEMORY',
        message: 'No memory left.',
        hint: 'Use a smaller batchSize.',
        cause: null,
      },
    })
    expect(stderr.lines).toEqual([
      'failed TensorFlow seed 0: No memory left. (OUT_OF_MEMORY)',
      '  Hint: Use a smaller batchSize.',
    ])
  })
})

test('a failure of the Python environment is told once, though every run has it', () => {
  const stderr = new OutputBuffer()
  const logger = createLogger({ stdout: new OutputBuffer(), stderr })
  const fail = (code: 'PACKAGE_MISSING' | 'OUT_OF_MEMORY', seed: number) =>
    logger.log({
      ...{ type: 'run-failed', time: at(seed), framework: 'pytorch', seed, status: 'failed' },
      failure: { code, message: 'It is so.', hint: null, cause: null },
    })
  for (const seed of [0, 1, 2]) fail('PACKAGE_MISSING', seed)
  expect(stderr.lines).toEqual(['failed PyTorch seed 0: It is so. (PACKAGE_MISSING)'])
  for (const seed of [0, 1]) fail('OUT_OF_MEMORY', seed)
  expect(stderr.lines).toHaveLength(3)
})

describe('on a terminal', () => {
  test('the view is live and in colour, and NO_COLOR takes the colour away', () => {
    const colour = `${escapeCharacter}[1m`
    expect(logAll({ stderr: new OutputBuffer({ isTTY: true }) }).stderr.text).toContain(colour)
    vi.stubEnv('NO_COLOR', '1')
    const { stderr } = logAll({ stderr: new OutputBuffer({ isTTY: true }) })
    expect(stderr.text).not.toContain(colour)
    expect(stripVTControlCharacters(stderr.text)).toContain('waiting for its turn')
  })

  test('a report that is piped away has no colours though stderr is a terminal', () => {
    expect(logAll({ stderr: new OutputBuffer({ isTTY: true }) }).stdout.text).not.toContain(escapeCharacter)
  })

  test('the log of a CI gets plain lines, with the colours of its terminal', () => {
    vi.stubEnv('CI', '1')
    const { stderr } = logAll({ stderr: new OutputBuffer({ isTTY: true }) })
    expect(stripVTControlCharacters(stderr.text)).toContain('TensorFlow seed 0  epoch 2/3')
    expect(stderr.text).toMatch(new RegExp(`${escapeCharacter}\\[1m`))
    expect(stderr.text).not.toMatch(new RegExp(`${escapeCharacter}\\[\\d*[A-HJKf]`))
  })

  test('a dumb terminal gets plain lines', () => {
    vi.stubEnv('TERM', 'dumb')
    expect(logAll({ stderr: new OutputBuffer({ isTTY: true }) }).stderr.text).not.toContain(escapeCharacter)
  })
})

test.each([
  ['a terminal like most', { TERM: 'xterm-256color' }, true],
  ['xterm', { TERM: 'xterm-256color', XTERM_VERSION: 'XTerm(390)' }, false],
  ['GNU screen', { TERM: 'screen', STY: '1.pts-0' }, false],
  ["Linux's console", { TERM: 'linux' }, false],
  ['tmux in xterm', { TERM: 'tmux-256color', XTERM_VERSION: 'XTerm(390)', TMUX: '/tmp/tmux,1,0' }, true],
])('whether lines are folded at another width is known of %s', (_, environment, expected) => {
  expect(foldsLines(environment)).toBe(expected)
})

describe('spark lines', () => {
  test.each([
    ['a locale of UTF-8', { LANG: 'en_GB.UTF-8' }, true],
    ['a locale that is none', { LANG: 'en_GB.ISO-8859-1' }, false],
    ['no locale', {}, false],
    ['LC_ALL before LANG', { LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
    ['a dumb terminal', { LANG: 'en_GB.UTF-8', TERM: 'dumb' }, false],
    ["Linux's console", { LANG: 'en_GB.UTF-8', TERM: 'linux' }, false],
  ])('with %s', (_, environment, expected) => {
    expect(supportsSparkLines(environment)).toBe(expected)
  })
})

function logAll(options: Omit<Partial<LoggerOptions>, 'stdout' | 'stderr'> & { stderr?: OutputBuffer }) {
  const { stderr = new OutputBuffer(), ...others } = options
  const stdout = new OutputBuffer()
  const logger = createLogger({ ...others, stdout, stderr })
  for (const event of compareEvents()) logger.log(event)
  logger.close()
  return { stdout, stderr }
}
