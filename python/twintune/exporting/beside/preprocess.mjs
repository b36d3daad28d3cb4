// From an image to the pixels that the exported model takes:
//
//   const { data, dims } = await preprocess(await readFile('photo.jpg'))
//   const pixels = new ort.Tensor('float32', data, dims)
//
// Decoding needs the package sharp; resizing needs nothing. What is done is described in preprocessing.json, which lies beside
// this file. The scaling and normalising of the pixels is within the model.

import { readFileSync } from 'node:fs'

/** Content of preprocessing.json. */
export const preprocessing = JSON.parse(readFileSync(new URL('preprocessing.json', import.meta.url), 'utf8'))

/** Class names, in the order of the model's outputs. */
export const classes = preprocessing.classes

/**
 * Decodes and resizes an image.
 *
 * @param {Uint8Array} encoded - Bytes of a JPEG, PNG, WebP or other image file.
 * @returns Batch of one image: numbers from 0 to 255, and the batch's shape.
 */
export async function preprocess(encoded, { resize, input } = preprocessing) {
  const { data, width, height } = await decode(encoded)
  const pixels = resizePixels(data, width, height, resize)
  const numbers = input.dtype === 'float64' ? Float64Array.from(pixels) : Float32Array.from(pixels)
  return { data: numbers, dims: [1, resize.size, resize.size, 3] }
}

/** Decodes to RGB with 8 bits a channel: upright by EXIF, transparent parts on white, no colour profile applied. */
export async function decode(encoded) {
  const { default: sharp } = await import('sharp')
  const { data, info } = await sharp(encoded, { ignoreIcc: true })
    .rotate()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data: onWhite(data), width: info.width, height: info.height }
}

// As Pillow lays one image on another.
function onWhite(pixels) {
  const opaque = new Uint8Array((pixels.length / 4) * 3)
  for (let pixel = 0; pixel < pixels.length / 4; pixel++) {
    const alpha = pixels[4 * pixel + 3]
    for (let channel = 0; channel < 3; channel++) {
      const sum = 128 * (pixels[4 * pixel + channel] * alpha + 255 * (255 - alpha) + 128)
      opaque[3 * pixel + channel] = (((sum >> 8) + sum) >> 8) >> 7
    }
  }
  return opaque
}

/**
 * Resizes pixels as the training did, to the last bit.
 *
 * @param {Uint8Array} pixels - Pixels in RGB, of shape [height, width, 3].
 * @returns Pixels of shape [size, size, 3]: a Uint8Array, or a Float32Array where TensorFlow resized in the training.
 */
export function resizePixels(pixels, width, height, resize) {
  const { size, library, mode } = resize
  if (library === 'TensorFlow') return resizeLikeTensorFlow(pixels, width, height, size)
  const image = { pixels, width, height }
  if (mode === 'crop') return resizeAndCrop(image, resize).pixels
  return resizeImage(image, size, size, resize).pixels
}

// By the shorter side, as the aspect has it; then the square in the centre is cut out.
function resizeAndCrop(image, resize) {
  const { size, cropFraction } = resize
  // Of a strip the ends are cut off first: the crop takes nothing of them.
  const most = 8 * Math.min(image.width, image.height)
  const middle = crop(image, Math.min(image.width, most), Math.min(image.height, most), Math.floor)
  const shorter = Math.floor(size / cropFraction)
  const scaled = (side) =>
    Math.max(shorter, Math.trunc((shorter * side) / Math.min(middle.width, middle.height)))
  return crop(resizeImage(middle, scaled(middle.width), scaled(middle.height), resize), size, size, toEven)
}

function crop({ pixels, width, height }, newWidth, newHeight, round) {
  const left = round((width - newWidth) / 2)
  const top = round((height - newHeight) / 2)
  const cut = new Uint8Array(newWidth * newHeight * 3)
  for (let row = 0; row < newHeight; row++) {
    const start = ((top + row) * width + left) * 3
    cut.set(pixels.subarray(start, start + newWidth * 3), row * newWidth * 3)
  }
  return { pixels: cut, width: newWidth, height: newHeight }
}

// As Python rounds: a half goes to the even neighbour.
function toEven(value) {
  const below = Math.floor(value)
  return value - below === 0.5 ? below + (below % 2) : Math.round(value)
}

function resizeImage({ pixels, width, height }, newWidth, newHeight, { interpolation, tallImages }) {
  const filter = filters[interpolation]
  // The numbers are rounded between the two passes, so that their order matters: it is that of the Pillow of the training.
  const losesHeight = newHeight < height && height - newHeight > 2 * (width - newWidth)
  const resized =
    tallImages === 'verticalFirst' && losesHeight
      ? resizeRows(
          resizeColumns(pixels, width, height, newHeight, filter),
          width,
          newHeight,
          newWidth,
          filter,
        )
      : resizeColumns(
          resizeRows(pixels, width, height, newWidth, filter),
          newWidth,
          height,
          newHeight,
          filter,
        )
  return { pixels: resized, width: newWidth, height: newHeight }
}

function resizeColumns(pixels, width, height, size, filter) {
  return transpose(resizeRows(transpose(pixels, width, height), height, width, size, filter), size, width)
}

// Pillow's own filters, with the distance that each reaches.
const filters = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight: (signed) => {
      const a = -0.5
      const x = Math.abs(signed)
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    },
  },
}

// Pillow computes with whole numbers, of which 22 bits are behind the point.
const bits = 22

function resizeRows(pixels, width, height, size, filter) {
  if (width === size) return pixels
  const resized = new Uint8Array(height * size * 3)
  for (const [column, { first, weights }] of coefficients(width, size, filter).entries()) {
    for (let row = 0; row < height; row++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 1 << (bits - 1)
        let at = (row * width + first) * 3 + channel
        for (const weight of weights) {
          sum += pixels[at] * weight
          at += 3
        }
        resized[(row * size + column) * 3 + channel] = Math.min(255, Math.max(0, sum >> bits))
      }
    }
  }
  return resized
}

function coefficients(before, after, { support, weight }) {
  const scale = before / after
  // Shrinking smooths: the filter grows with the scale.
  const stretch = Math.max(scale, 1)
  const reach = support * stretch
  return Array.from({ length: after }, (_, index) => {
    const center = (index + 0.5) * scale
    const first = Math.max(0, Math.trunc(center - reach + 0.5))
    const end = Math.min(before, Math.trunc(center + reach + 0.5))
    const raw = Array.from({ length: end - first }, (_, x) =>
      weight((x + first - center + 0.5) * (1 / stretch)),
    )
    const sum = raw.reduce((total, value) => total + value, 0)
    const weights = raw.map((value) => {
      const share = sum === 0 ? value : value / sum
      return Math.trunc(share * 2 ** bits + (share < 0 ? -0.5 : 0.5))
    })
    return { first, weights }
  })
}

function transpose(pixels, width, height) {
  const turned = new Uint8Array(pixels.length)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < 3; channel++) {
        turned[(column * height + row) * 3 + channel] = pixels[(row * width + column) * 3 + channel]
      }
    }
  }
  return turned
}

// Bilinear and not antialiased, in float32 as TensorFlow computes.
function resizeLikeTensorFlow(pixels, width, height, size) {
  const resized = new Float32Array(size * size * 3)
  const rows = positions(height, size)
  const columns = positions(width, size)
  const between = (one, other, share) => Math.fround(one + Math.fround(Math.fround(other - one) * share))
  let at = 0
  for (const [above, below, down] of rows) {
    for (const [left, right, along] of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const value = (row, column) => pixels[(row * width + column) * 3 + channel]
        const top = between(value(above, left), value(above, right), along)
        const bottom = between(value(below, left), value(below, right), along)
        resized[at++] = between(top, bottom, down)
      }
    }
  }
  return resized
}

function positions(before, after) {
  const scale = Math.fround(before / after)
  return Array.from({ length: after }, (_, index) => {
    const place = Math.fround(Math.fround((index + 0.5) * scale) - 0.5)
    const floor = Math.floor(place)
    return [Math.max(floor, 0), Math.min(Math.ceil(place), before - 1), Math.fround(place - floor)]
  })
}
