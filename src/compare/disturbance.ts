import type { FinishedRun } from '../protocol/result.js'

/** Frameworks use all processors and wait in every step for the slowest: from this share on, others are felt. */
const disturbingShare = 0.1

/** Whether others used so much of the processors while the run went on that its times mean little. */
export function isDisturbed({ othersCpuShare }: FinishedRun): boolean {
  return othersCpuShare !== null && othersCpuShare >= disturbingShare
}
