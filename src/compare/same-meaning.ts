/**
 * Whether two descriptions in different words mean the same: names that the two frameworks have for one
 * thing (`/device:CPU:0` and `cpu`, `torch.float32` and `float32`), and one number in two precisions. Counts have no precision.
 */
export function sameMeaning(left: string, right: string): boolean {
  const leftTokens = tokens(commonNames(left))
  const rightTokens = tokens(commonNames(right))
  return (
    leftTokens.length === rightTokens.length &&
    leftTokens.every((token, index) => sameToken(token, rightTokens[index] ?? ''))
  )
}

// Both frameworks' names in one spelling; the first device of a kind is that kind's default.
function commonNames(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\b(?:torch|tf)\./g, '')
    .replaceAll(/\/?(?:physical_)?device:/g, '')
    .replaceAll('cuda', 'gpu')
    .replaceAll(/\b([cg]pu):0\b/g, '$1')
}

function tokens(text: string): string[] {
  return text.match(/[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-z_]+\d*|[^\s\w]/g) ?? []
}

// A number that has gone through float32 keeps about seven digits.
const relativeTolerance = 1e-6

function sameToken(left: string, right: string): boolean {
  if (left === right) return true
  if (isWhole(left) && isWhole(right)) return false
  const [a, b] = [Number(left), Number(right)]
  return Math.abs(a - b) <= relativeTolerance * Math.max(Math.abs(a), Math.abs(b))
}

function isWhole(token: string): boolean {
  return /^[+-]?\d+$/.test(token)
}
