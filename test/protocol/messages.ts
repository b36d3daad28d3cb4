import { askTrialMessage } from '../../src/protocol/ask-trial.js'
import { checkDataMessage } from '../../src/protocol/check-data.js'
import { comparePredictionsMessage } from '../../src/protocol/compare-predictions.js'
import { describeDataMessage } from '../../src/protocol/describe-data.js'
import { describeIdiomaticMessage } from '../../src/protocol/describe-idiomatic.js'
import { exportModelMessage } from '../../src/protocol/export-model.js'
import { fetchWeightsMessage } from '../../src/protocol/fetch-weights.js'
import { findLearningRateMessage } from '../../src/protocol/find-learning-rate.js'
import { importFrameworkMessage } from '../../src/protocol/import-framework.js'
import { inspectMessage } from '../../src/protocol/inspect.js'
import { judgeRoundingMessage } from '../../src/protocol/judge-rounding.js'
import { judgeRunMessage } from '../../src/protocol/judge-run.js'
import { judgeRungsMessage } from '../../src/protocol/judge-rungs.js'
import { loadModelMessage } from '../../src/protocol/load-model.js'
import { measureDifferencesMessage } from '../../src/protocol/measure-differences.js'
import type { Message } from '../../src/protocol/message.js'
import { pairedDifferenceMessage } from '../../src/protocol/paired-difference.js'
import { pairsNeededMessage } from '../../src/protocol/pairs-needed.js'
import { predictMessage } from '../../src/protocol/predict.js'
import { recordRungsMessage } from '../../src/protocol/record-rungs.js'
import { reportTrialMessage } from '../../src/protocol/report-trial.js'
import { runMessage } from '../../src/protocol/run.js'
import { tellTrialMessage } from '../../src/protocol/tell-trial.js'
import { trackMessage } from '../../src/protocol/track.js'
import { weighParametersMessage } from '../../src/protocol/weigh-parameters.js'

/** All messages that have fixtures. */
export const messages: readonly Message[] = [
  askTrialMessage,
  checkDataMessage,
  comparePredictionsMessage,
  describeDataMessage,
  describeIdiomaticMessage,
  fetchWeightsMessage,
  exportModelMessage,
  findLearningRateMessage,
  importFrameworkMessage,
  inspectMessage,
  judgeRoundingMessage,
  judgeRunMessage,
  judgeRungsMessage,
  loadModelMessage,
  measureDifferencesMessage,
  pairedDifferenceMessage,
  pairsNeededMessage,
  predictMessage,
  recordRungsMessage,
  reportTrialMessage,
  runMessage,
  tellTrialMessage,
  trackMessage,
  weighParametersMessage,
]
