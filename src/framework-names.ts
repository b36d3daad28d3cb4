import type { Framework } from './spec/schema.js'

/** Frameworks as their makers write them. */
export const frameworkNames: Readonly<Record<Framework, string>> = {
  tensorflow: 'TensorFlow',
  pytorch: 'PyTorch',
}
