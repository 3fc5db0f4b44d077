/** Completion for zsh with `_arguments`, which shows descriptions beside the completions. */
import type { ArgumentNode, CommandNode, Fits, OptionNode, ProgramNode } from './completion-tree.ts';

export function zshCompletion(program: ProgramNode): string {
  return `#compdef refit
# zsh completion for refit. To install: refit completion zsh > FOLDER/_refit, where FOLDER is in $fpath
# For this shell, after compinit: source <(refit completion zsh)

__refit_runs() {
  local -a runs typed ids args
  typed=(\${(Q)\${(z)LBUFFER}})
  local where=\${REFIT_STORE-} at=\${typed[(I)--store]} joined=\${typed[(I)--store=*]}
  if (( joined )); then args=("\${typed[joined]}"); where=\${typed[joined]#--store=}; fi
  if (( at && at < \${#typed} )); then args=(--store "\${typed[at+1]}"); where=\${typed[at+1]}; fi
  if [[ -n $where && $where != folder && $PREFIX != */* ]]; then
    ids=(\${(f)"$(refit completion zsh --run-ids $args 2>/dev/null </dev/null)"})
    if (( \${#ids} )); then compadd -- $ids; return; fi
  fi
  runs=(runs/*/journal.jsonl(N:h))
  if (( \${#runs} )); then compadd -f -- $runs; else _files -/; fi
}
__refit_write() {
  if compset -P '*='; then _files; else compadd -S '' -- "$@"; fi
}

${functionsOf(program).join('\n\n')}

if [[ "\${funcstack[1]}" == _refit ]]; then _refit "$@"; else compdef _refit refit; fi
`;
}

/** `_refit`, `_refit_audit_verify` */
function nameOf({ path }: CommandNode): string {
  return ['_refit', ...path.split(' ').filter((part) => part !== '')].join('_').replaceAll('-', '_');
}

function functionsOf(node: CommandNode): string[] {
  const lines = [
    ...node.options.flatMap(optionSpecs),
    ...node.arguments.map(argumentSpec),
    ...(node.commands.length > 0 ? [quoted('1: :->command'), quoted('*:: :->rest')] : []),
  ];
  if (node.commands.length === 0)
    return [`${nameOf(node)}() {\n  _arguments -s \\\n    ${lines.join(' \\\n    ')}\n}`];
  const names = node.commands.map(({ name, description }) =>
    quoted(`${name}:${description.replaceAll(':', '\\:')}`),
  );
  const own = `${nameOf(node)}() {
  local curcontext="$curcontext" state state_descr line
  local -A opt_args
  _arguments -s -C \\
    ${lines.join(' \\\n    ')}
  case $state in
    command)
      local -a commands=(
        ${names.join('\n        ')}
      )
      _describe -t commands command commands ;;
    rest)
      case $words[1] in
        ${node.commands.map((one) => `${one.name}) ${nameOf(one)} ;;`).join('\n        ')}
      esac ;;
  esac
}`;
  return [own, ...node.commands.flatMap(functionsOf)];
}

/** One specification for each flag. A flag excludes the others, unless the option repeats. */
function optionSpecs({ flags, description, value, repeats }: OptionNode): string[] {
  return flags.map((flag) => {
    const before = repeats ? '*' : `(${flags.join(' ')})`;
    const takes = value === null ? '' : flag.startsWith('--') ? '=' : '+';
    return quoted(
      `${before}${flag}${takes}[${inSpec(description)}]${value === null ? '' : `: :${action(value)}`}`,
    );
  });
}

function argumentSpec({ description, completes, repeats, required }: ArgumentNode): string {
  return quoted(
    `${repeats ? '*' : ''}${repeats || required ? '' : ':'}:${inSpec(description)}:${action(completes)}`,
  );
}

const ACTIONS: Readonly<Record<Fits['kind'], (words: string) => string>> = {
  words: (words) => `(${words})`,
  beginnings: (words) => `{compadd -S "" -- ${words}}`,
  'format-file': (words) => `{__refit_write ${words}}`,
  files: (endings) => (endings === '' ? '_files' : `_files -g "*.(${endings.replaceAll(' ', '|')})(-.)"`),
  folders: () => '_files -/',
  runs: () => '__refit_runs',
  anything: () => ' ',
};

function action({ kind, words }: Fits): string {
  return ACTIONS[kind](words.join(' '));
}

/** Escapes text for a specification of `_arguments`. */
function inSpec(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
