import { lstatSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { glob, isDynamicPattern } from 'tinyglobby'
import { compareText } from '../compare-text.js'
import { TwintuneError } from '../failure.js'
import { imageEndings, isImage } from '../image-endings.js'
import type { CommandContext } from './context.js'

/** Argument that stands for the paths on stdin. */
const stdinArgument = '-'

/**
 * Finds the images that arguments name, one after the other: a file is itself, a folder all images below it, a pattern what
 * it matches, and `-` the paths on stdin, one on each line. No argument is as `-`.
 *
 * @returns Paths as they were given or found, relative to the working directory where an argument is.
 * @throws TwintuneError DATASET_NOT_FOUND for a folder or a pattern without images, SPEC_INVALID when nothing is named.
 */
export async function* findImages(
  args: readonly string[],
  { cwd, stdin }: Pick<CommandContext, 'cwd' | 'stdin'>,
): AsyncGenerator<string, void, void> {
  for (const argument of args.length === 0 ? [stdinArgument] : args) {
    if (argument === stdinArgument) yield* linesOf(stdin)
    else yield* imagesOf(argument, cwd)
  }
}

const hint =
  'Name images or folders, or give paths on stdin: find photos -name "*.jpg" | twintune predict latest'

async function* linesOf(stdin: CommandContext['stdin']): AsyncGenerator<string, void, void> {
  if (!stdin || stdin.isTTY)
    throw new TwintuneError({
      code: 'SPEC_INVALID',
      message: 'No image is named, and stdin is a terminal.',
      hint,
    })
  let isEmpty = true
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue
    isEmpty = false
    yield line
  }
  // A search that failed would look like one that found nothing to predict.
  if (isEmpty) throw new TwintuneError({ code: 'SPEC_INVALID', message: 'No path came on stdin.', hint })
}

async function* imagesOf(argument: string, cwd: string): AsyncGenerator<string, void, void> {
  const place = path.resolve(cwd, argument)
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    yield* required(
      imagesBelow(place).map((name) => path.join(argument, name)),
      `The folder ${argument} holds no image (${imageEndings.join(', ')}).`,
    )
    return
  }
  // A name may look like a pattern, as `photo[1].jpg` does.
  const isThere = lstatSync(place, { throwIfNoEntry: false }) !== undefined
  if (isThere || !isDynamicPattern(argument)) {
    yield argument
    return
  }
  const pattern = argument.replaceAll(path.sep, '/')
  yield* required(await globSorted(pattern, cwd), `Nothing matches the pattern ${argument}.`)
}

async function globSorted(pattern: string, cwd: string): Promise<string[]> {
  const found = await glob(pattern, { cwd, absolute: path.isAbsolute(pattern), expandDirectories: false })
  return found.sort(compareText)
}

/** Lists the images below a folder, without hidden ones. Links to files count, and links to folders aren't followed. */
function imagesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && isImage(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.split(path.sep).some((part) => part.startsWith('.')))
    .sort(compareText)
}

function required(found: readonly string[], message: string): readonly string[] {
  if (found.length > 0) return found
  throw new TwintuneError({
    code: 'DATASET_NOT_FOUND',
    message,
    hint: 'Name image files, folders of images, or patterns such as "photos/**/*.jpg".',
  })
}
