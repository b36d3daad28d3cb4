import { judgingText, liveTexts, stageProgress, stageText, workerText } from '../log/event-text.js'
import type { LiveRun, LiveWorker } from '../log/live-board.js'
import { unreachable } from '../log/unreachable.js'
import type { Activity, Figure } from '../page/served/live-view.js'
import { seedLabel } from '../plan/plan-runs.js'
import { formatLoss, formatPercent, formatRate, formatSeconds } from '../report/format.js'

/** Describes what a run or a worker is doing, in the words of the terminal's live lines. */
export function describeActivity(line: LiveRun | LiveWorker): Activity {
  const { framework } = line
  if ('seed' in line) return { framework, seed: seedLabel(line), ...describeRun(line) }
  return { framework, seed: null, doing: describeWorker(line), share: null, figures: [] }
}

function describeWorker({ now }: LiveWorker): string {
  if (now?.type === 'judging') return judgingText(now)
  return now === null || now.state === 'ready' ? liveTexts.idle : workerText(now)
}

function describeRun({ now, phase, epoch }: LiveRun): Omit<Activity, 'framework' | 'seed'> {
  const inPhase = phase !== null && phase.phases > 1 ? `phase ${phase.phase} of ${phase.phases}, ` : ''
  const validation = epoch?.validation
  switch (now.type) {
    case 'run-started':
      return { doing: liveTexts.started, share: null, figures: [] }
    case 'stage': {
      const share = now.done !== undefined && now.total ? now.done / now.total : null
      const progress = stageProgress(now)
      const counted = now.stage === 'profile' ? 'steps' : 'images'
      const figures: Figure[] = [
        ...(epoch === null ? [] : [{ name: 'epochs done', value: `${epoch.epoch} of ${epoch.epochs}` }]),
        ...(progress === null ? [] : [{ name: counted, value: progress }]),
      ]
      return { doing: `${epoch === null ? '' : inPhase}${stageText(now)}`, share, figures }
    }
    case 'phase-started':
      return { doing: `${inPhase}${liveTexts.firstStep}`, share: null, figures: [] }
    case 'step': {
      const figures: Figure[] = [
        { name: 'step', value: `${now.step} of ${now.steps}` },
        { name: 'loss', value: formatLoss(now.loss) },
        ...(validation ? [{ name: 'validation', value: formatPercent(validation.accuracy, 1) }] : []),
        { name: 'images a second', value: formatRate(now.imagesPerSecond) },
        { name: 'time left', value: formatSeconds(now.secondsLeft) },
      ]
      const share = Math.min(1, (now.epoch - 1 + now.step / now.steps) / now.epochs)
      return { doing: `${inPhase}epoch ${now.epoch} of ${now.epochs}`, share, figures }
    }
    default:
      return unreachable(now)
  }
}
