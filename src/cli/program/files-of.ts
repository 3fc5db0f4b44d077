/** Finds the files that a command line names. Pure. */
import type { NamedFile } from '../../files/file-ledger.ts';
import type { CommandRow, OptionRow } from '../command-row.ts';

/**
 * The outputs by the options that write, and every other value as a possible input: only those that name a file count.
 * @param options the values by the names that code uses, such as `fromTerraform`.
 */
export function filesOf(
  row: Pick<CommandRow, 'arguments' | 'options'>,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): NamedFile[] {
  const files: NamedFile[] = args.map((path) => ({ path, access: 'reads', typed: path }));
  for (const option of row.options) {
    const typed = longFlag(option);
    for (const value of [options[nameOf(typed)]].flat()) {
      if (typeof value !== 'string') continue;
      const access = option.writes ? 'writes' : 'reads';
      const path = option.completes?.kind === 'format-file' ? value.slice(value.indexOf('=') + 1) : value;
      files.push({ path, access, typed });
    }
  }
  return files;
}

/** `--out` of `-o, --out <file>`. */
export function longFlag({ flags }: Pick<OptionRow, 'flags'>): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

/** `runDir` for `--run-dir`. */
function nameOf(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
