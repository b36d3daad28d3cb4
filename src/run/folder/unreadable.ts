import { type FailureCode, TwintuneError } from '../../failure.js'

/** Explains that the system refuses to read a file or folder. Any other error comes back as it is. */
export function explainUnreadable(error: unknown, code: FailureCode, place: string, hint: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  const reason = reasons[String(error.code)] ?? error.message
  return new TwintuneError({
    code,
    message: `${place} can't be read: ${reason}.`,
    hint,
    cause: { type: String(error.code), message: error.message, detail: error.stack ?? '' },
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: 'it is not a folder',
  ELOOP: 'it is a symbolic link, which may lead out of the folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
}
