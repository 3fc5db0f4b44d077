/** Completion for fish: one `complete` for each command, option and argument, each with its description. */
import type { CommandNode, Fits, OptionNode, ProgramNode } from './completion-tree.ts';

export function fishCompletion(program: ProgramNode): string {
  return `# fish completion for refit. To install: refit completion fish > ~/.config/fish/completions/refit.fish
# For this shell: refit completion fish | source

${commandTyped(program)}
${HELPERS}
complete -c refit -f
${program.options.map((option) => optionLine(null, option)).join('\n')}
${program.all.flatMap(linesOf).join('\n')}
`;
}

function commandTyped(program: ProgramNode): string {
  return `# The command typed so far and how many arguments it has, as "audit verify 0".
function __refit_typed
    set -l command
    set -l position 0
    set -l skip 0
    set -l tokens (commandline -opc)
    for token in $tokens[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $token
            case ${program.flagsWithValue.join(' ')}
                set skip 1
            case '-*'
            case '*'
                if contains -- (string join ' ' $command $token) ${program.paths.map(quoted).join(' ')}
                    set -a command $token
                else
                    set position (math $position + 1)
                end
        end
    end
    string join ' ' $command $position
end`;
}

/** Shell functions that find the cursor, and offer runs and files after a format. */
const HELPERS = `function __refit_in
    string match -q -r -- "^$argv[1]( ?)\\d+\\$" (__refit_typed)
end
function __refit_at
    string match -q -r -- "^$argv[1]\\$" (__refit_typed)
end
function __refit_runs
    set -l tokens (commandline -opc)
    set -l store (string replace -r -f '^--store=' '' -- $tokens)
    set -l at (contains -i -- --store $tokens[1..-2])
    and set store $tokens[(math $at + 1)]
    set -l where $store $REFIT_STORE
    if test -n "$where[1]" -a "$where[1]" != folder; and not string match -q -- '*/*' (commandline -ct)
        set -l args --store=$store
        set -l ids (refit completion fish --run-ids $args 2>/dev/null </dev/null)
        if test (count $ids) -gt 0
            string join \\n -- $ids
            return
        end
    end
    set -l runs runs/*/journal.jsonl
    for run in $runs
        string replace /journal.jsonl '' -- $run
    end
    test (count $runs) -gt 0; or __fish_complete_directories
end
function __refit_write
    set -l typed (commandline -ct | string split -m 1 =)
    if test (count $typed) -gt 1
        for file in $typed[2]*
            echo "$typed[1]=$file"
        end
    else
        string join \\n -- $argv
    end
end
`;

function linesOf(node: CommandNode): string[] {
  const options = node.own.map((option) => optionLine(node.path, option));
  return [...commandLines(node), ...options, ...argumentLines(node)];
}

/** One line for each subcommand. */
function commandLines(node: CommandNode): string[] {
  const at = node.path === '' ? '0' : `${node.path} 0`;
  return node.commands.map(
    ({ name, description }) =>
      `complete -c refit -n ${quoted(`__refit_at ${quoted(at)}`)} -a ${name} -d ${quoted(description)}`,
  );
}

function optionLine(path: string | null, { flags, description, value }: OptionNode): string {
  const where = path === null ? '' : ` -n ${quoted(`__refit_in ${quoted(path)}`)}`;
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return `complete -c refit${where} ${named.join(' ')}${value === null ? '' : ` ${formatValue(value)}`} -d ${quoted(description)}`;
}

function argumentLines({ path, arguments: all }: CommandNode): string[] {
  return all.map(({ completes, repeats }, at) => {
    const where = repeats ? `${path} \\d+` : `${path} ${at}`;
    return `complete -c refit -n ${quoted(`__refit_at ${quoted(where)}`)} ${offered(completes) ?? '-F'}`;
  });
}

/** The value of an option: `-r` requires one, `-x` requires one that is not a file. */
function formatValue(value: Fits): string {
  if (value.kind === 'files') return '-r -F';
  return ['-x', offered(value) ?? []].flat().join(' ');
}

/** What fish offers beside files; null if nothing. */
function offered({ kind, words }: Fits): string | null {
  const all = words.join(' ');
  switch (kind) {
    case 'words':
    case 'beginnings':
      return `-a ${quoted(all)}`;
    case 'format-file':
      return `-a ${quoted(`(__refit_write ${all})`)}`;
    case 'folders':
      return `-a ${quoted('(__fish_complete_directories)')}`;
    case 'runs':
      return `-a ${quoted('(__refit_runs)')}`;
    default:
      return null;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
