import type { Colors } from 'picocolors/types.js'
import type { EventOf } from '../events.js'
import { seedLabel } from '../plan/plan-runs.js'
import { formatLoss, formatPercent, formatRate, formatSeconds } from '../report/format.js'
import { sparkLine } from '../report/spark-line.js'
import {
  frameworkColumn,
  judgingText,
  liveTexts,
  stageProgress,
  stageText,
  workerText,
} from './event-text.js'
import { fitSegments, type Segment, textSegment } from './fit-segments.js'
import type { LiveRun, LiveWorker } from './live-board.js'
import { unreachable } from './unreachable.js'

const narrowestBar = 8
const widestBar = 20

/** Ranks of the segments. The segment that matters most has the lowest rank, and a narrow line leaves it out last. */
const rank = {
  framework: 0,
  seed: 1,
  activity: 2,
  timeLeft: 3,
  phase: 4,
  loss: 5,
  speed: 6,
  bar: 7,
  count: 8,
  place: 9,
  validation: 10,
  sparkLine: 11,
} as const

export interface LiveLineOptions {
  /** Time in milliseconds since 1970. */
  readonly now: number
  readonly columns: number
  readonly colors: Colors
  /** Whether the terminal shows the characters of spark lines. */
  readonly sparkLines: boolean
}

/** Renders a line of the live view, no wider than the terminal. */
export function renderLiveLine(line: LiveRun | LiveWorker, options: LiveLineOptions): string {
  const { now, columns, colors } = options
  const name = textSegment(rank.framework, frameworkColumn(line.framework), colors.bold)
  const segments = 'seed' in line ? runSegments(line, options) : workerSegments(line, now, colors)
  return fitSegments([name, ...segments], columns)
}

function workerSegments({ now: event }: LiveWorker, now: number, { dim }: Colors): Segment[] {
  if (event?.type === 'judging') return [textSegment(rank.activity, judgingText(event))]
  if (event === null || event.state === 'ready') {
    return [textSegment(rank.activity, liveTexts.idle, dim)]
  }
  const elapsed = Math.max(0, Math.floor((now - Date.parse(event.time)) / 1000))
  return [textSegment(rank.activity, workerText(event)), textSegment(rank.count, formatElapsed(elapsed), dim)]
}

function runSegments(run: LiveRun, options: LiveLineOptions): Segment[] {
  return [
    textSegment(rank.seed, seedLabel(run)),
    ...(run.runs > 1 ? [textSegment(rank.place, `${run.place} of ${run.runs}`, options.colors.dim)] : []),
    ...activitySegments(run, options),
  ]
}

function activitySegments(run: LiveRun, options: LiveLineOptions): Segment[] {
  const { now } = run
  switch (now.type) {
    case 'run-started':
      return [textSegment(rank.activity, liveTexts.started)]
    case 'stage':
      return stageSegments(now, options.colors)
    case 'phase-started':
      return [...phaseSegments(now), textSegment(rank.activity, liveTexts.firstStep)]
    case 'step':
      return stepSegments(now, run, options)
    default:
      return unreachable(now)
  }
}

function stageSegments(event: EventOf<'stage'>, colors: Colors): Segment[] {
  const { done, total } = event
  const progress = stageProgress(event)
  return [
    textSegment(rank.activity, stageText(event)),
    ...(done !== undefined && total ? [barSegment(done / total, colors)] : []),
    ...(progress === null ? [] : [textSegment(rank.timeLeft, progress)]),
  ]
}

function stepSegments(
  event: EventOf<'step'>,
  run: LiveRun,
  { colors, sparkLines }: LiveLineOptions,
): Segment[] {
  const { epoch, epochs, step, steps, loss, imagesPerSecond, secondsLeft } = event
  const validation = run.epoch?.validation
  return [
    ...(run.phase === null ? [] : phaseSegments(run.phase)),
    textSegment(rank.activity, `epoch ${epoch}/${epochs}`),
    barSegment((epoch - 1 + step / steps) / epochs, colors),
    textSegment(rank.count, `step ${step}/${steps}`),
    textSegment(rank.loss, `loss ${formatLoss(loss)}`),
    ...(sparkLines ? lossSegments(run, colors) : []),
    ...(validation ? [textSegment(rank.validation, `val ${formatPercent(validation.accuracy, 1)}`)] : []),
    textSegment(rank.speed, `${formatRate(imagesPerSecond)} img/s`),
    textSegment(rank.timeLeft, `${formatElapsed(Math.ceil(secondsLeft))} left`, colors.dim),
  ]
}

/** Curve of the training loss so far, from the second point on. */
function lossSegments({ epochLosses, stepLosses }: LiveRun, { cyan }: Colors): Segment[] {
  const losses = epochLosses.length > 1 ? epochLosses : stepLosses
  return losses.length > 1 ? [textSegment(rank.sparkLine, sparkLine(losses), cyan)] : []
}

/** Names the phase where there are several. */
function phaseSegments({ phase, phases }: EventOf<'phase-started'>): Segment[] {
  return phases > 1 ? [textSegment(rank.phase, `phase ${phase}/${phases}`)] : []
}

/** Bar that shows which share of the work, 0 to 1, is done. */
function barSegment(share: number, { cyan, dim }: Colors): Segment {
  const render = (width: number) => {
    const filled = Math.round(width * Math.min(Math.max(share, 0), 1))
    return cyan('━'.repeat(filled)) + dim('─'.repeat(width - filled))
  }
  return { rank: rank.bar, narrowest: narrowestBar, widest: widestBar, render }
}

/** Rounds a time to whole seconds, so that the line doesn't flicker. */
function formatElapsed(seconds: number): string {
  return seconds < 10 ? `${seconds} s` : formatSeconds(seconds)
}
