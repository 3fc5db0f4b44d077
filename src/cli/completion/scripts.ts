/**
 * The completion script of each shell. A script passes the typed words to `refit complete`, so it knows no command and
 * stays right after an upgrade. It executes nothing of the answer.
 */

/** For bash 3.2 and later. It needs no package. */
const BASH = `# bash completion for refit. To install: refit completion bash > ~/.local/share/bash-completion/completions/refit
# For this shell: source <(refit completion bash)

_refit() {
  local current=\${COMP_WORDS[COMP_CWORD]} line=\${COMP_LINE-} shell='' endings='' before='' at word last one
  COMPREPLY=()
  # bash also splits --format=json and postgres://me@host. Only spaces separate the words of this program.
  local -a words=()
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    last=$((\${#words[@]} - 1))
    if [[ $at -gt 0 && -n $line && $line != [[:space:]]* ]]; then words[last]+=$word; else words+=("$word"); fi
    line=\${line#"\${line%%[![:space:]]*}"}
    line=\${line#"$word"}
  done
  word=\${words[\${#words[@]} - 1]}
  if [[ $current == '=' ]]; then current=''; fi
  # bash replaces the current part of the word and keeps this one.
  local kept=\${word%"$current"}
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      read -r shell endings before <<<"$line"
    else
      one=\${line%%$'\\t'*}
      if [[ $one == "$word"* ]]; then COMPREPLY+=("\${one#"$kept"}"); fi
    fi
  done < <("\${words[0]/#\\~/$HOME}" complete -- "\${words[@]:1}" 2>/dev/null </dev/null)
  local path=\${word#"$before"}
  case $shell in
    :open) compopt -o nospace 2>/dev/null || true ;;
    :folders) _refit_paths -d "$path" ;;
    :files)
      if [[ $endings != '*' ]]; then
        local -a kinds=()
        IFS=, read -r -a kinds <<<"$endings"
        for one in "\${kinds[@]}"; do _refit_paths -f -X "!*.$one" "$path"; done
      fi
      if [[ \${#COMPREPLY[@]} -gt 0 ]]; then _refit_paths -d "$path"; else _refit_paths -f "$path"; fi ;;
  esac
}
# The last argument is the typed path. The others are options of compgen.
_refit_paths() {
  compopt -o filenames 2>/dev/null || true
  while IFS= read -r one; do
    one=$before$one
    COMPREPLY+=("\${one#"$kept"}")
  done < <(compgen "\${@:1:$#-1}" -- "\${!#}")
}
complete -F _refit refit
`;

const ZSH = `#compdef refit
# zsh completion for refit. To install: refit completion zsh > FOLDER/_refit, where FOLDER is in $fpath
# For this shell, after compinit: source <(refit completion zsh)

_refit() {
  local line word description shell endings before
  local -a offered space
  while IFS= read -r line; do
    if [[ $line == :* ]]; then
      read -r shell endings before <<<"$line"
    else
      word=\${line%%$'\\t'*} description=\${line#*$'\\t'}
      offered+=("\${word//:/\\\\:}\${description:+:$description}")
    fi
  done < <("\${words[1]/#\\~/$HOME}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)
  if [[ $shell == :open ]]; then space=(-S ''); fi
  if (( \${#offered} )); then _describe -t words word offered "\${space[@]}"; return; fi
  if [[ -n $before ]]; then compset -p \${#before}; fi
  case $shell in
    :folders) _files -/ ;;
    :files) if [[ $endings == '*' ]]; then _files; else _files -g "*.(\${endings//,/|})(-.)"; fi ;;
  esac
}

if [[ "\${funcstack[1]}" == _refit ]]; then _refit "$@"; else compdef _refit refit; fi
`;

const FISH = `# fish completion for refit. To install: refit completion fish > ~/.config/fish/completions/refit.fish
# For this shell: refit completion fish | source

function __refit_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l shell
    for line in ($typed[1] complete -- $typed[2..-1] "$current" 2>/dev/null </dev/null)
        if string match -q -- ':*' $line
            set shell (string split ' ' -- $line)
        else
            string join \\n -- $line
        end
    end
    set -l path (string replace -- "$shell[3]" '' "$current")
    set -l found
    switch "$shell[1]"
        case ':folders'
            set found (__fish_complete_directories "$path" '')
        case ':files'
            set found (__fish_complete_path "$path")
            set -l pattern '\\\\.('(string replace -a , '|' -- "$shell[2]")')(\\t|$)|/(\\t|$)'
            if test "$shell[2]" != '*'; and string match -q -r -- $pattern $found
                set found (string match -r -- '.*(?:'$pattern').*' $found)
            end
    end
    for one in $found
        string join \\n -- "$shell[3]$one"
    end
end
complete -c refit -f -k -a '(__refit_complete)'
`;

export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
