import * as z from 'zod'

// Kinds of numbers that many fields share.

/** Number above 0. */
export const positive = z.number().positive()

/** Number from 0 to below 1. */
export const fraction = z.number().min(0).lt(1)

/** Number from 0 to 1, both included. */
export const probability = z.number().min(0).max(1)
