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

/** Images that arguments name. */
export interface FoundImages {
  /** Paths as they were given or found, relative to the working directory where an argument is; those on stdin as they come. */
  readonly paths: AsyncIterable<string>
  /** Files in the folders that are no images by their names. */
  readonly ignored: readonly string[]
}

/**
 * Finds the images that arguments name, one after the other: a file is itself, a folder all images below it, a pattern what
 * it matches, and `-` the paths on stdin, one on each line. No argument is as `-`. All but stdin is looked up at once, so
 * that a mistake is told before a model is loaded.
 *
 * @throws TwintuneError DATASET_NOT_FOUND for a folder or a pattern without images, or where none of the files is there;
 *   SPEC_INVALID when nothing is named.
 */
export async function findImages(
  args: readonly string[],
  { cwd, stdin, signal }: Pick<CommandContext, 'cwd' | 'stdin' | 'signal'>,
): Promise<FoundImages> {
  const sources = args.length === 0 ? [stdinArgument] : args
  const readsStdin = sources.includes(stdinArgument)
  if (readsStdin && (!stdin || stdin.isTTY)) throw nothingNamed('No image is named, and stdin is a terminal.')
  const found = await Promise.all(
    sources.map((source) => (source === stdinArgument ? null : imagesOf(source, cwd))),
  )
  const named = found.flatMap((each) => each?.images ?? [])
  const [first] = named
  if (first !== undefined && !readsStdin && !named.some((image) => isThere(path.resolve(cwd, image))))
    throw notFound(`There is no ${first}.`)
  return { paths: pathsOf(), ignored: found.flatMap((each) => each?.ignored ?? []) }

  async function* pathsOf(): AsyncGenerator<string, void, void> {
    for (const each of found) {
      if (each !== null) yield* each.images
      else if (stdin) yield* linesOf(stdin, signal)
    }
  }
}

async function* linesOf(
  stdin: NodeJS.ReadableStream,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  let isEmpty = true
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY, signal })) {
    if (line === '') continue
    isEmpty = false
    yield line
  }
  signal.throwIfAborted()
  // A search that failed would look like one that found nothing to predict.
  if (isEmpty) throw nothingNamed('No path came on stdin.')
}

interface ImagesOfArgument {
  readonly images: readonly string[]
  readonly ignored: readonly string[]
}

async function imagesOf(argument: string, cwd: string): Promise<ImagesOfArgument> {
  const place = path.resolve(cwd, argument)
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    const files = filesBelow(place).map((name) => path.join(argument, name))
    const images = files.filter(isImage)
    if (images.length === 0)
      throw notFound(`The folder ${argument} holds no image (${imageEndings.join(', ')}).`)
    return { images, ignored: files.filter((file) => !isImage(file)) }
  }
  // A name may look like a pattern, as `photo[1].jpg` does.
  if (isThere(place) || !isDynamicPattern(argument)) return { images: [argument], ignored: [] }
  const images = await filesMatching(argument.replaceAll(path.sep, '/'), cwd)
  if (images.length === 0) throw notFound(`Nothing matches the pattern ${argument}.`)
  return { images, ignored: [] }
}

function isThere(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false }) !== undefined
}

async function filesMatching(pattern: string, cwd: string): Promise<string[]> {
  const found = await glob(pattern, { cwd, absolute: path.isAbsolute(pattern), expandDirectories: false })
  return found.sort(compareText)
}

/** Lists the files below a folder, without hidden ones. Links to files count, and links to folders aren't followed. */
function filesBelow(folder: string): string[] {
  // The recursive listings of Node and of tinyglobby either follow links to folders or leave out links to files.
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(path.join(folder, entry.name)).map((name) => path.join(entry.name, name))
        : [entry.name],
    )
    .sort(compareText)
}

function nothingNamed(message: string): TwintuneError {
  const hint =
    'Name images or folders, or give paths on stdin: find photos -name "*.jpg" | twintune predict latest'
  return new TwintuneError({ code: 'SPEC_INVALID', message, hint })
}

function notFound(message: string): TwintuneError {
  const hint = 'Name image files, folders of images, or patterns such as "photos/**/*.jpg".'
  return new TwintuneError({ code: 'DATASET_NOT_FOUND', message, hint })
}
