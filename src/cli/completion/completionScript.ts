import type { Command } from '@commander-js/extra-typings'
import { createProgram } from '../program.ts'

/** A place in the command tree, and what can stand there. */
interface Place {
  /** The commands that lead to it, as in `runs list`; empty at the top. */
  readonly path: string
  /** Commands and flags that can follow. */
  readonly words: readonly string[]
  /** Whether an argument of this command is a stored model. */
  readonly models: boolean
}

/** The completion script of a shell, made from the command tree. Names of stored models are asked for when they are needed. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish'): string {
  const places = collect(createProgram(async () => undefined) as unknown as Command, '')
  switch (shell) {
    case 'bash':
      return bash(places)
    case 'zsh':
      return zsh(places)
    case 'fish':
      return fish(places)
  }
}

function collect(command: Command, path: string): Place[] {
  const flags = command.options
    .filter((option) => !option.hidden)
    .flatMap((option) => (option.long ? [option.long] : []))
  const own: Place = {
    path,
    words: [...command.commands.map((child) => child.name()), ...flags, '--help'],
    models: command.registeredArguments.some((argument) => ['model', 'models', 'source'].includes(argument.name())),
  }
  return [own, ...command.commands.flatMap((child) => collect(child as Command, `${path} ${child.name()}`.trim()))]
}

/** Every command, quoted, as the shells' `case` takes them. */
const patterns = (places: readonly Place[]): string =>
  places.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join('|')

// The names are the first column of `sanjha list`, below its heading; two spaces end it, so a name may hold one. They are
// never expanded by a shell: what is behind a name comes from elsewhere.

function bash(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words, models }) => `    '${path}') choices='${words.join(' ')}'; models=${models ? 1 : 0} ;;`,
  )
  return `# sanjha completion for bash; load it with: source <(sanjha completion bash)
_sanjha() {
  local current="\${COMP_LINE:0:COMP_POINT}" place="" choices="" models=0 word name
  # From the line, because bash has split what holds a colon.
  current="\${current##*[[:space:]]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${place:+$place }$word" in ${patterns(places)}) place="\${place:+$place }$word" ;; esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$choices" -- "$current"))
  if [[ $models = 1 && "$current" != -* ]]; then
    while IFS= read -r name; do
      printf -v name %q "\${name%%  *}"
      if [[ "$name" == "$current"* ]]; then COMPREPLY+=("$name"); fi
    done < <(sanjha list --quiet 2>/dev/null | tail -n +2)
  fi
  # What stands before the last colon is typed already, and bash keeps it.
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local typed="\${current%"\${current##*:}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$typed"}")
  fi
}
complete -o default -F _sanjha sanjha
`
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words, models }) => `    ('${path}') choices=(${words.join(' ')}) models=${models ? 1 : 0} ;;`,
  )
  return `#compdef sanjha
# sanjha completion for zsh: a file _sanjha in a folder of $fpath, or after compinit: source <(sanjha completion zsh)
_sanjha() {
  # Nothing here may be called path or words: those are zsh's own, and a local path empties the search for programs.
  local place="" models=0 typed
  local -a choices listed
  for typed in "\${(@)words[2,CURRENT-1]}"; do
    case "\${place:+$place }$typed" in (${patterns(places)}) place="\${place:+$place }$typed" ;; esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  if [[ $models = 1 && "$PREFIX" != -* ]]; then
    listed=("\${(@f)$(sanjha list --quiet 2>/dev/null)}")
    choices+=(\${listed[2,-1]%%'  '*})
  fi
  compadd -a choices || _files
}
# As a file of $fpath this is the body of the function itself, run by the first Tab.
if [[ "$funcstack[1]" = _sanjha ]]; then _sanjha "$@"; else compdef _sanjha sanjha; fi
`
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, models }) => {
    const complete = `complete -c sanjha -n "__sanjha_at '${path}'"`
    const commands = words.filter((word) => !word.startsWith('-'))
    return [
      ...(commands.length > 0 ? [`${complete} -a '${commands.join(' ')}'`] : []),
      ...words.flatMap((word) => (word.startsWith('--') ? [`${complete} -l ${word.slice(2)}`] : [])),
      ...(models ? [`${complete} -a '(__sanjha_models)'`] : []),
    ]
  })
  return `# sanjha completion for fish
function __sanjha_at --argument-names wanted --description 'Whether the words so far lead to this command of sanjha'
  set -l typed (commandline -opc)
  set -e typed[1]
  set -l place ''
  for word in $typed
    set -l next (string trim -- "$place $word")
    if contains -- "$next" ${patterns(places).replaceAll('|', ' ')}
      set place $next
    end
  end
  test "$place" = "$wanted"
end
function __sanjha_models --description 'Names of the stored models'
  sanjha list --quiet 2>/dev/null | tail -n +2 | string replace --regex '  .*' ''
end
complete -c sanjha -f
${lines.join('\n')}
`
}
