import type { Command, Option } from 'commander'
import { shellQuote } from '../shell-quote.js'

/** Shell that completes the command line. */
export type Shell = 'bash' | 'zsh' | 'fish'

interface CompletedCommand {
  /** Words of the command after `twintune`: `cache ls`, or nothing for the whole program. */
  readonly name: string
  readonly description: string
  readonly options: readonly CompletedOption[]
  readonly commands: readonly CompletedCommand[]
  /** Words that the command's argument may be. */
  readonly words: readonly string[]
}

interface CompletedOption {
  readonly flag: string
  readonly description: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

/**
 * Writes the script by which a shell completes commands, options and the values that an option may have. It is made from
 * commander's own commands. Where none of them can stand, the shell completes names of files.
 */
export function completionScript(program: Command, shell: Shell): string {
  const commands = flatten(describe(program, ''))
  if (shell === 'fish') return fishScript(commands)
  return shell === 'zsh' ? `${zshPrelude}\n${bashScript(commands)}` : bashScript(commands)
}

function describe(command: Command, name: string): CompletedCommand {
  const help = command.createHelp()
  const commands = help
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')
    .map((each) => describe(each, `${name} ${each.name()}`.trim()))
  return {
    name,
    description: command.description(),
    options: help.visibleOptions(command).flatMap(describeOption),
    commands,
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }
}

function describeOption({
  long,
  short,
  description,
  required,
  optional,
  argChoices,
}: Option): CompletedOption[] {
  // An option may have two long names; a single letter is quicker typed than completed.
  const flags = [long, short?.startsWith('--') ? short : null].filter((flag) => typeof flag === 'string')
  return flags.map((flag) => ({
    flag,
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  }))
}

function flatten(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(flatten)]
}

// zsh runs the script of bash by its own emulation.
const zshPrelude = `#compdef twintune
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
(( $+functions[complete] )) || { autoload -Uz bashcompinit && bashcompinit }`

function bashScript(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ name }) => name !== '').map(({ name }) => shellQuote(name))
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ flag, choices }) =>
          `    ${shellQuote(`${name} ${flag}`)}) words=${shellQuote(choices.join(' '))}; isValue=1 ;;`,
      ),
  )
  const words = commands.map((command) => {
    const { name, options, commands: inside } = command
    const flags = options.map(({ flag }) => flag).join(' ')
    const names = [...inside.map((each) => lastWord(each.name)), ...command.words].join(' ')
    return `      ${shellQuote(name)}) options=${shellQuote(flags)}; words=${shellQuote(names)} ;;`
  })
  return `_twintune() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command='' words='' options='' isValue='' position=1
  while [ "$position" -lt "$COMP_CWORD" ]; do
    case "\${command:+$command }\${COMP_WORDS[position]}" in
      ${known.join(' | ')}) command="\${command:+$command }\${COMP_WORDS[position]}" ;;
    esac
    position=$((position + 1))
  done
  case "$command $previous" in
${values.join('\n')}
    *)
    case "$command" in
${words.join('\n')}
    esac ;;
  esac
  case "$current" in -*) [ -n "$isValue" ] || words="$options" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _twintune twintune
`
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((command) => {
    const words = command.name.split(' ').filter((word) => word !== '')
    const here = words.map((word) => `__fish_seen_subcommand_from ${word}`)
    const names = command.commands.map((each) => lastWord(each.name))
    const unfinished = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`]
    const condition = [...here, ...unfinished].join('; and ') || 'true'
    return [
      ...command.commands.map(
        (each) =>
          `complete -c twintune -f -n ${shellQuote(condition)} -a ${shellQuote(lastWord(each.name))} -d ${shellQuote(each.description)}`,
      ),
      ...command.words.map(
        (word) => `complete -c twintune -f -n ${shellQuote(condition)} -a ${shellQuote(word)}`,
      ),
      ...command.options.map(({ flag, description, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${shellQuote(choices.join(' '))}` : takesValue ? ' -r' : ''
        const name = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`
        return `complete -c twintune -n ${shellQuote(condition)} ${name}${value} -d ${shellQuote(description)}`
      }),
    ]
  })
  return `${lines.join('\n')}\n`
}

function lastWord(name: string): string {
  return name.split(' ').at(-1) ?? name
}
