import * as z from 'zod'

// Kinds of numbers that many fields share.

export const positive = z.number().positive()

/** From 0 to below 1. */
export const fraction = z.number().min(0).lt(1)

/** From 0 to 1. */
export const probability = z.number().min(0).max(1)
