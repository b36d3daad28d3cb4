import { describe, expect, test } from 'vitest'
import type { Verification } from '../../src/compare/verification.js'
import { renderVerificationPage, type VerificationPage } from '../../src/page/verification-page.js'
import { effectText } from '../../src/report/framework-differences-table.js'
import { roundingCells, rungCells } from '../../src/report/parity-texts.js'
import { experimentSchema } from '../../src/spec/schema.js'
import {
  brokenVerification,
  differencesOf,
  roundingOf,
  rungOf,
  shortRunRows,
  verificationOf,
} from '../report/verifications.js'

const experiment = experimentSchema.parse({
  name: 'pets',
  dataset: { source: 'imagefolder', train: 'pets/train' },
  model: { backbone: 'resnet50' },
})

/** The page of a verification without its style sheet. */
function pageOf(verification: Verification, changes: Partial<VerificationPage> = {}): string {
  const page = renderVerificationPage({
    experiment,
    perturbation: null,
    startedAt: '2026-11-28T10:15:00.000Z',
    verification,
    ...changes,
  })
  return page.replace(/<style>.*?<\/style>/s, '')
}

/** The text that a reader sees beside the charts, before anything is unfolded. */
function textOf(page: string): string {
  return page
    .replaceAll(/<svg.*?<\/svg>|<details>.*?<\/details>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ')
}

describe('the report of a ladder', () => {
  test('says that every rung holds, what that means, and what it was computed with', () => {
    const text = textOf(pageOf(verificationOf()))
    expect(text).toContain('Every rung holds: both frameworks mean the same.')
    expect(text).toContain('computed the same numbers, up to rounding')
    expect(text).toContain('parity ladder · aligned mode · float32 · seed 0 · 2026-11-28')
    expect(text).toContain('TensorFlow: tensorflow 2.21.0, keras 3.12.0 PyTorch: torch 2.10.0')
    expect(text).toContain('✓ 20 of 20 rungs of meaning hold')
  })

  test('has the figures of every rung and every rounding, with place and outcome', () => {
    const broken = brokenVerification('stage 4')
    const text = textOf(pageOf(broken))
    for (const rung of broken.rungs) {
      const outcome = rung.known ? `known: ${rung.known}` : rung.passed ? 'passed' : 'failed'
      const place = rung.where ?? '–'
      expect(text).toContain([rung.rung, outcome, ...rungCells(rung), place].join(' '))
      if (rung.tensorflow !== null) expect(text).toContain(`${rung.tensorflow} in TensorFlow`)
      if (rung.pytorch !== null) expect(text).toContain(`${rung.pytorch} in PyTorch`)
      if (rung.note !== null) expect(text).toContain(`${rung.rung}, ${rung.trained} ${rung.note}`)
    }
    for (const rounding of broken.rounding) {
      const outcome = rounding.judged ? (rounding.passed ? 'passed' : 'failed') : 'not judged'
      expect(text).toContain([rounding.rung, outcome, ...roundingCells(rounding), rounding.where].join(' '))
    }
  })

  test('names the first rung that fails, its place, and that others may fail because of it', () => {
    const text = textOf(pageOf(brokenVerification('stage 4')))
    expect(text).toContain('The two frameworks part at this rung: features.')
    expect(text).toContain('First divergence: features (all trained, BatchNorm in training mode) at stage 4')
    expect(text).toContain('! 18 of 20 rungs of meaning hold')
  })

  test('says of two engines that mean the same which rung one of them is less exact on', () => {
    const text = textOf(pageOf(verificationOf(roundingOf('logits', { passed: false, ratio: 1204 }))))
    expect(text).toContain('Both frameworks mean the same, but one is far less exact: logits.')
  })

  test('says that the short runs did different work, and has the evidence of each row', () => {
    const verification = { ...verificationOf(), passed: false, shortRuns: shortRunRows('seen') }
    const text = textOf(pageOf(verification))
    expect(text).toContain('Every rung holds, but the short runs did different work.')
    expect(text).toContain('images identical seen')
    expect(text).toContain('updates different seen again')
  })

  test('tells that a difference was planted, found or not', () => {
    const perturbation = 'adam-epsilon'
    const failed = verificationOf(rungOf('optimizer', { passed: false, worst: 1e-3 }))
    expect(textOf(pageOf(failed, { perturbation }))).toContain('adam-epsilon was planted in PyTorch')
    expect(textOf(pageOf(verificationOf(), { perturbation }))).toContain(
      'Every rung holds, so the planted difference was not found.',
    )
  })

  test('has the whole of it as JSON', () => {
    const { versions } = verificationOf()
    expect(pageOf(verificationOf())).toContain(
      JSON.stringify(versions, null, 2).split('\n')[2]?.trim().replaceAll('"', '&quot;'),
    )
  })
})

describe('the report of what differs in idiomatic mode', () => {
  const differences = differencesOf('a note')
  const text = textOf(pageOf(differences, { experiment: { ...experiment, mode: 'idiomatic' } }))

  test('says how much differs, and what matters most', () => {
    expect(text).toContain('The two libraries differ in 4 ingredients.')
    expect(text).toContain('The largest effect on the first batch has optimizer epsilon: 10 of first update')
  })

  test('has every difference with its effect, both sides and its note, and what is left over', () => {
    for (const difference of differences.differences) {
      const { ingredient, tensorflow, pytorch, note } = difference
      expect(text).toContain([ingredient, effectText(difference), tensorflow, pytorch, note].join(' '))
    }
    expect(text).toContain('Not measured: weights.')
    expect(text).toContain("PyTorch's logits are TensorFlow's to 1.5e-15.")
  })
})

test.each(['aligned', 'idiomatic'] as const)(
  'a report in %s mode stands alone, and draws with numbers',
  (mode) => {
    const verification = mode === 'aligned' ? brokenVerification('stage 4') : differencesOf('a note')
    const page = pageOf(verification, { experiment: { ...experiment, mode } })
    expect(page).not.toMatch(/<script|\ssrc=|<link|url\((?!#)|@import/)
    expect(page).toContain("default-src 'none'")
    const drawings = page.match(/<svg xmlns.*?<\/svg>/gs) ?? []
    expect(drawings.length).toBeGreaterThanOrEqual(2)
    for (const drawing of drawings) expect(drawing).not.toMatch(/NaN|Infinity|undefined/)
  },
)

test.each(['aligned', 'idiomatic'] as const)(
  'a report in %s mode has no text that a browser would take for a tag',
  (mode) => {
    const hostile = '<img src=x onerror=alert(1)>'
    const verification =
      mode === 'aligned'
        ? { ...brokenVerification(hostile), shortRuns: shortRunRows(hostile) }
        : differencesOf(hostile)
    const page = pageOf(verification, { experiment: { ...experiment, mode, name: hostile } })
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)>')
  },
)
