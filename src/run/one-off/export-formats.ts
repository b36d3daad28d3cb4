import { TwintuneError } from '../../failure.js'
import { frameworkNames } from '../../framework-names.js'
import { type ExportFormat, formatsOfFrameworks } from '../../protocol/export-format.js'
import type { Framework } from '../../spec/schema.js'

/**
 * Chooses the framework whose model is exported: the one that is named, or the only one of the comparison that gives all
 * formats.
 *
 * @throws TwintuneError EXPORT_FORMAT_UNAVAILABLE when it doesn't give a format, SPEC_INVALID when no format is named or both
 * frameworks give all of them.
 */
export function chooseFramework(
  formats: readonly ExportFormat[],
  named: Framework | undefined,
  ofComparison: readonly Framework[],
): Framework {
  if (formats.length === 0 || new Set(formats).size < formats.length) {
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: 'An export needs one format or more, each named once.',
    })
  }
  const candidates = named === undefined ? ofComparison : [named]
  const [only, ...others] = candidates.filter((framework) =>
    formats.every((format) => formatsOfFrameworks[framework].includes(format)),
  )
  if (only === undefined) throw unavailable(formats, candidates)
  if (others.length === 0) return only
  throw new TwintuneError({
    code: 'SPEC_INVALID',
    message: `Both frameworks export to ${formats.join(', ')}, and one model is exported at a time.`,
    hint: 'Name the framework: --framework pytorch, or --framework tensorflow.',
  })
}

function unavailable(formats: readonly ExportFormat[], candidates: readonly Framework[]): TwintuneError {
  const names = candidates.map((framework) => frameworkNames[framework]).join(' nor ')
  const lists = candidates.map(
    (framework) => `${frameworkNames[framework]} exports to ${formatsOfFrameworks[framework].join(', ')}.`,
  )
  const [lone = 'pytorch'] = candidates
  const missing =
    candidates.length > 1 ? formats : formats.filter((format) => !formatsOfFrameworks[lone].includes(format))
  const subject = candidates.length > 1 ? `Neither ${names} exports` : `${names} doesn't export`
  return new TwintuneError({
    code: 'EXPORT_FORMAT_UNAVAILABLE',
    message: `${subject} to ${missing.join(' and ')}.`,
    hint: lists.join(' '),
  })
}
