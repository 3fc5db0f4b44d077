/** Completion for bash 3.2 and later: one function that needs no package. It starts Refit only for the runs of a store. */
import type { CommandNode, Fits, OptionNode, ProgramNode } from './completion-tree.ts';

export function bashCompletion(program: ProgramNode): string {
  const cases = program.all.flatMap(({ path, own }) => own.flatMap(optionCases(`' ${path} `)));
  return `# bash completion for refit. To install: refit completion bash > ~/.local/share/bash-completion/completions/refit
# For this shell: source <(refit completion bash)

${HELPERS}
_refit() {
${WORD_AT_CURSOR}
${commandTyped(program)}
  case "$command $flag" in
${[...cases, ...program.options.flatMap(optionCases("*' "))].join('\n')}
  esac
  if [[ $current == -* ]]; then
    case $command in
${program.all.map(flagsCase).join('\n')}
    esac
    return
  fi
  case "$command $position" in
${program.all.flatMap(argumentCases).join('\n')}
  esac
}
complete -F _refit refit
`;
}

/** Shell functions that offer words, files, folders and runs. `store` is the value of `--store`. */
const HELPERS = `_refit_add() {
  local one
  while IFS= read -r one; do COMPREPLY+=("$one"); done
}
_refit_words() { _refit_add < <(compgen -W "$1" -- "$2"); }
_refit_beginnings() {
  _refit_words "$1" "$2"
  compopt -o nospace 2>/dev/null || true
}
_refit_folders() {
  compopt -o filenames 2>/dev/null || true
  _refit_add < <(compgen -d -- "$1")
}
# Files with one of the given extensions, and folders; any file if none is given or none matches.
_refit_files() {
  local current=$1 ending
  shift
  for ending in "$@"; do _refit_add < <(compgen -f -X "!*.$ending" -- "$current"); done
  if [[ \${#COMPREPLY[@]} -gt 0 ]]; then
    _refit_folders "$current"
  else
    compopt -o filenames 2>/dev/null || true
    _refit_add < <(compgen -f -- "$current")
  fi
}
# Ids of a store, run directories below runs/, else folders.
__refit_runs() {
  local one where=\${store:-\${REFIT_STORE-}}
  if [[ -n $where && $where != folder && $1 != */* ]]; then
    while IFS= read -r one; do
      if [[ $one == "$1"* ]]; then COMPREPLY+=("$one"); fi
    done < <(refit completion bash --run-ids \${store:+--store "$store"} 2>/dev/null </dev/null)
    if [[ \${#COMPREPLY[@]} -gt 0 ]]; then return; fi
  fi
  for one in runs/*/journal.jsonl; do
    if [[ -e $one && \${one%/*} == "$1"* ]]; then COMPREPLY+=("\${one%/*}"); fi
  done
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then _refit_folders "$1"; fi
}
`;

/** `current` is the word to complete; `flag` is the option that may take it as a value. */
const WORD_AT_CURSOR = `  local current=\${COMP_WORDS[COMP_CWORD]} before='' flag='' command='' position=0 store='' at word
  COMPREPLY=()
  # bash splits postgres://me@host into words, too. Only spaces and = separate the words of this program.
  local -a words=()
  local line=\${COMP_LINE-} last
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    last=$((\${#words[@]} - 1))
    if [[ $at -gt 0 && -n $line && $line != [[:space:]]* && $word != '=' && \${words[last]} != '=' ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
    line=\${line#"\${line%%[![:space:]]*}"}
    line=\${line#"$word"}
  done
  local cursor=$((\${#words[@]} - 1))
  if [[ $cursor -gt 0 ]]; then before=\${words[cursor-1]}; fi
  # bash splits --flag=value into words.
  if [[ $current == '=' ]]; then
    flag=$before
    current=''
  elif [[ $before == '=' && $cursor -gt 1 ]]; then
    flag=\${words[cursor-2]}
    if [[ $cursor -gt 2 && \${words[cursor-3]} == --write ]]; then flag='--write='; fi
  else
    flag=$before
  fi`;

/** The command typed so far, as " audit verify", and how many arguments it has. */
function commandTyped(program: ProgramNode): string {
  return `  for ((at = 1; at < cursor; at++)); do
    word=\${words[at]}
    case $word in
      ${program.flagsWithValue.join('|')})
        if [[ \${words[at+1]-} == '=' ]]; then at=$((at + 1)); fi
        at=$((at + 1))
        if [[ $word == --store ]]; then store=\${words[at]-}; fi
        if [[ \${words[at+1]-} == '=' ]]; then at=$((at + 2)); fi ;;
      -* | '=') ;;
      *)
        case "$command $word" in
          ${program.paths.map((path) => `' ${path}'`).join('|')}) command="$command $word" ;;
          *) position=$((position + 1)) ;;
        esac ;;
    esac
  done`;
}

function flagsCase(node: CommandNode): string {
  const flags = node.options.flatMap((option) => option.flags);
  return `      '${before(node)}') _refit_words '${flags.join(' ')}' "$current" ;;`;
}

/** The path of a command as in `$command`, after a space. */
function before({ path }: CommandNode): string {
  return path === '' ? '' : ` ${path}`;
}

/** @param typed the start of the pattern: the command, or any, and its opening quote. */
function optionCases(typed: string) {
  return ({ flags, value }: OptionNode): string[] => {
    if (value === null) return [];
    const cases = [
      `    ${flags.map((flag) => `${typed}${flag}'`).join('|')}) ${completing(value)} return ;;`,
    ];
    if (value.kind === 'format-file') cases.push(`    ${typed}--write=') _refit_files "$current"; return ;;`);
    return cases;
  };
}

function argumentCases(node: CommandNode): string[] {
  const cases = node.arguments.map(
    ({ completes, repeats }, at) =>
      `    '${before(node)} '${repeats ? '*' : at}) ${completing(completes)} ;;`,
  );
  if (node.commands.length === 0) return cases;
  const names = node.commands.map(({ name }) => name).join(' ');
  return [...cases, `    '${before(node)} 0') _refit_words '${names}' "$current" ;;`];
}

const COMPLETING: Readonly<Record<Fits['kind'], (words: string) => string>> = {
  words: (words) => `_refit_words '${words}' "$current";`,
  beginnings: (words) => `_refit_beginnings '${words}' "$current";`,
  'format-file': (words) => `_refit_beginnings '${words}' "$current";`,
  files: (endings) => `_refit_files "$current"${endings && ` ${endings}`};`,
  folders: () => '_refit_folders "$current";',
  runs: () => '__refit_runs "$current";',
  anything: () => '',
};

function completing({ kind, words }: Fits): string {
  return COMPLETING[kind](words.join(' '));
}
