import { Command, CommanderError } from 'commander'
import { type Failure, limitReached } from '../failure.js'
import type { FailureLine } from '../lines/failure.js'
import { columnsOf } from '../log/output.js'
import { version } from '../version.js'
import type { CommandContext } from './context.js'
import { exitCodeOfFailure, exitCodes } from './exit-code.js'
import { declareBegin } from './program/begin.js'
import { declareCarryOut } from './program/carry-out.js'
import { declareCheck } from './program/check.js'
import { type CommandLine, example } from './program/command-line.js'
import { declareHousekeeping } from './program/housekeeping.js'
import { declareModels } from './program/models.js'
import { declareResults } from './program/results.js'

/** Runs the command that the arguments ask for; resolves to its exit code and never rejects. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = exitCodes.done
  const run = async (command: () => Promise<number>): Promise<void> => {
    const failure = tooFewFiles()
    // No other file of twintune is loaded here, since that would open some.
    if (failure === null) exitCode = await command()
    else {
      if (args.includes('--json'))
        context.stdout(JSON.stringify({ type: 'failure', failure } satisfies FailureLine))
      context.stderr(`${failure.message} ${failure.hint}`)
      exitCode = exitCodeOfFailure(failure)
    }
  }
  const program = createProgram({ context, run })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    const { reportError } = await import('./report-error.js')
    return reportError(error, { json: args.includes('--json') }, context)
  }
}

const narrowestDescription = 20

// Each action imports its command only when it is asked for, so that what one command needs slows no other down.
function createProgram(commandLine: CommandLine): Command {
  const { context } = commandLine
  const program = new Command('twintune')
    .description('Runs one fine-tuning experiment on real TensorFlow and real PyTorch, and compares the two.')
    .version(version)
    .exitOverride()
    // Descriptions are folded beside their options down to 60 columns.
    .configureHelp({ minWidthToWrap: narrowestDescription })
    .configureOutput({
      writeOut: (text) => context.streams.stdout.write(text),
      writeErr: (text) => context.streams.stderr.write(text),
      getOutHelpWidth: () => columnsOf(context.streams.stdout),
      getErrHelpWidth: () => columnsOf(context.streams.stderr),
    })
    .showHelpAfterError('(--help tells more.)')
    .addHelpText('after', example('twintune compare experiment.yaml --seeds 0..5'))
    .addHelpText('after', ({ command }) => environmentHelp(command, columnsOf(context.streams.stdout)))

  declareBegin(program, commandLine)
  declareCheck(program, commandLine)
  declareCarryOut(program, commandLine)
  declareResults(program, commandLine)
  declareModels(program, commandLine)
  declareHousekeeping(program, commandLine)
  return program
}

// A comparison needs 72, and one open file more for each worker and page.
const fewestFiles = 128

/** Failure of a process that may open fewer files than a command needs; `null` where it may open enough. */
function tooFewFiles(): Failure | null {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files: { soft: string } } }
  const limit = Number(userLimits?.open_files.soft)
  return limit < fewestFiles
    ? limitReached('files', `twintune needs ${fewestFiles}, and this process may open ${limit}`)
    : null
}

const environment = {
  TWINTUNE_PYTHON:
    "Python of both frameworks, else the .venv of the working directory, else twintune's own, else python3",
  TWINTUNE_PYTHON_TENSORFLOW: 'Python of TensorFlow alone',
  TWINTUNE_PYTHON_PYTORCH: 'Python of PyTorch alone',
  TWINTUNE_PYTHON_TRACKING: 'Python of the trackers alone',
  TWINTUNE_PYTHON_SEARCH: 'Python of the search of a sweep alone, which has Optuna',
  TWINTUNE_CACHE_DIR: 'folder of downloaded weights and kept features',
  TWINTUNE_FEATURE_CACHE_GIB: 'largest size of the kept features in GiB, else 20',
}

function environmentHelp(command: Command, columns: number): string {
  const helper = command.createHelp()
  helper.prepareContext({ helpWidth: columns })
  const longest = Math.max(...Object.keys(environment).map((name) => name.length))
  const items = Object.entries(environment).map(([name, text]) =>
    helper.formatItem(name, longest, text, helper),
  )
  return ['', 'Environment:', ...items].join('\n')
}
