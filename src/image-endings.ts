import path from 'node:path'

/** Endings of the names of image files. The Python side has the same (`python/twintune/data/names.py`). */
export const imageEndings: readonly string[] = [
  ...['.apng', '.avif', '.bmp', '.gif', '.jfif', '.jpeg', '.jpg'],
  ...['.pgm', '.png', '.ppm', '.tif', '.tiff', '.webp'],
]

/** Whether a file is an image by its name. */
export function isImage(name: string): boolean {
  return imageEndings.includes(path.extname(name).toLowerCase())
}
