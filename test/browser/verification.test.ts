import { renderVerificationPage } from '../../src/page/verification-page.js'
import { experimentSchema } from '../../src/spec/schema.js'
import { brokenVerification, differencesOf, shortRunRows } from '../report/verifications.js'
import { describePage } from './readable-page.js'

const hostile = '<img src="http://example.invalid/x" onerror="document.title=1">'
const experiment = experimentSchema.parse({
  name: 'pets',
  dataset: { source: 'imagefolder', train: hostile },
  model: { backbone: 'resnet50' },
})
const shown = { experiment, perturbation: null, startedAt: '2026-11-28T10:15:00.000Z' }

describePage('the report of a ladder that breaks', {
  html: () =>
    renderVerificationPage({
      ...shown,
      verification: { ...brokenVerification(hostile), shortRuns: shortRunRows(hostile) },
    }),
  title: 'pets, parity ladder',
  leastText: 11.5,
})

describePage('the report of what differs in idiomatic mode', {
  html: () =>
    renderVerificationPage({
      ...shown,
      experiment: { ...experiment, mode: 'idiomatic' },
      verification: differencesOf(hostile),
    }),
  title: 'pets, framework differences',
  leastText: 11.5,
})
