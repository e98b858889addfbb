import type { Command } from '@commander-js/extra-typings'
import { createProgram } from '../program.ts'

interface Words {
  readonly path: string
  /** Commands and flags that can follow. */
  readonly words: readonly string[]
  /** Whether an argument of this command is a stored model. */
  readonly models: boolean
}

/** The completion script of a shell, made from the command tree. Names of stored models are asked for when they are needed. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish'): string {
  const table = collect(createProgram(async () => undefined) as unknown as Command, '')
  switch (shell) {
    case 'bash':
      return bash(table)
    case 'zsh':
      // zsh reads bash's completions; one script, one behaviour.
      return `#compdef sanjha\nautoload -U +X bashcompinit && bashcompinit\n${bash(table)}`
    case 'fish':
      return fish(table)
  }
}

function collect(command: Command, path: string): Words[] {
  const flags = command.options
    .filter((option) => !option.hidden)
    .flatMap((option) => (option.long ? [option.long] : []))
  const own: Words = {
    path,
    words: [...command.commands.map((child) => child.name()), ...flags, '--help'],
    models: command.registeredArguments.some((argument) => ['model', 'models', 'source'].includes(argument.name())),
  }
  return [own, ...command.commands.flatMap((child) => collect(child as Command, `${path} ${child.name()}`.trim()))]
}

const listModels = 'sanjha list --json 2>/dev/null | sed -n \'s/^ *"name": "\\(.*\\)",*$/\\1/p\''

function bash(table: readonly Words[]): string {
  const cases = table
    .map(({ path, words, models }) => `    "${path}") words="${words.join(' ')}"; models=${models ? 1 : 0} ;;`)
    .join('\n')
  const names = [...new Set(table.flatMap(({ path }) => path.split(' ')).filter(Boolean))].join('|')
  return `# sanjha completion for bash; load it with: source <(sanjha completion bash)
_sanjha() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words="" models=0
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases}
    *) words="--help" ;;
  esac
  if [[ $models = 1 && "$current" != -* ]]; then
    words="$words $(${listModels})"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # A colon splits words in bash: what stands before it is typed already.
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local typed="\${current%"\${current##*:}"}" i
    for i in "\${!COMPREPLY[@]}"; do COMPREPLY[$i]="\${COMPREPLY[$i]#"$typed"}"; done
  fi
}
complete -o default -F _sanjha sanjha
`
}

function fish(table: readonly Words[]): string {
  const lines = ['# sanjha completion for fish', 'complete -c sanjha -f']
  const top = table[0]?.words.filter((word) => !word.startsWith('-')) ?? []
  lines.push(`complete -c sanjha -n __fish_use_subcommand -a "${top.join(' ')}"`)
  for (const { path, words, models } of table) {
    if (path === '') continue
    const condition = path
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    const subcommands = words.filter((word) => !word.startsWith('-'))
    if (subcommands.length > 0) lines.push(`complete -c sanjha -n "${condition}" -a "${subcommands.join(' ')}"`)
    for (const flag of words.filter((word) => word.startsWith('--')))
      lines.push(`complete -c sanjha -n "${condition}" -l ${flag.slice(2)}`)
    if (models) lines.push(`complete -c sanjha -n "${condition}" -a "(${listModels.replaceAll('"', '\\"')})"`)
  }
  return `${lines.join('\n')}\n`
}
