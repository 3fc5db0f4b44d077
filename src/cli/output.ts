/** The result of a command in the formats asked for: one on stdout, any number into files. */
import { RefitError } from '../errors.ts';
import { writeOutput } from './files.ts';
import type { Terminal } from './terminal.ts';

/** What `--format` and `--write` ask for. */
export interface OutputOptions {
  readonly format?: string | undefined;
  readonly json?: boolean | undefined;
  readonly write?: readonly string[] | undefined;
}

/** Renders once for stdout and once for each `--write FORMAT=FILE`. */
export async function emit<F extends string>(
  terminal: Terminal,
  options: OutputOptions,
  formats: readonly F[],
  render: (format: F, where: { color: boolean; width: number }) => string,
): Promise<void> {
  const format = formatOf(options, formats);
  const files = (options.write ?? []).map((text) => writeOf(text, formats));
  for (const file of files) await writeOutput(file.path, render(file.format, { color: false, width: 100 }));
  await terminal.out(render(format, { color: terminal.color.out, width: terminal.width }));
}

/** The format for stdout. @throws RefitError `usage` */
export function formatOf<F extends string>(options: OutputOptions, formats: readonly F[]): F {
  if (options.format === undefined) return (options.json ? 'json' : 'text') as F;
  return known(options.format, formats);
}

/** Checks `--format` and `--write` before anything is done, so that no work is lost to a typing error. */
export function checkOutput(options: OutputOptions, formats: readonly string[]): void {
  formatOf(options, formats);
  for (const text of options.write ?? []) writeOf(text, formats);
}

function writeOf<F extends string>(text: string, formats: readonly F[]): { format: F; path: string } {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) {
    throw new RefitError('usage', `--write ${text}: it takes FORMAT=FILE`, `--write markdown=plan.md`);
  }
  return { format: known(text.slice(0, equals), formats), path: text.slice(equals + 1) };
}

function known<F extends string>(name: string, formats: readonly F[]): F {
  const format = formats.find((one) => one === name);
  if (format) return format;
  throw new RefitError('usage', `there is no format "${name}" here`, `one of: ${formats.join(', ')}`);
}
