/** Prints the result of a command: one format on stdout, any number to files. */
import { RefitError } from '../errors.ts';
import { writeOutput } from '../operations/named-files.ts';
import { json as encodeJson, jsonLine } from '../report/document/escape.ts';
import { escapeScreen } from '../text.ts';
import type { Terminal } from './terminal.ts';
import { unknownWord } from './unknown-word.ts';

/** The values of `--format`, `--json` and `--write`. */
export interface Output {
  /** The format on stdout: one of the command's formats. */
  readonly format: string;
  readonly write: readonly { readonly format: string; readonly path: string }[];
}

/** @param formats the formats of the command. @param files those of `--write`. @throws RefitError `usage` */
export function outputFrom(
  asked: { readonly format?: string; readonly json?: boolean; readonly write?: readonly string[] },
  formats: readonly string[],
  files: readonly string[] = formats,
): Output {
  const { format = asked.json && formats.length > 0 ? 'json' : 'text', write = [] } = asked;
  if (asked.format !== undefined) mustBeFormat(format, formats, (near) => `--format ${near}`);
  return {
    format,
    write: write.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1 || equals === text.length - 1) {
        throw new RefitError('usage', `--write ${text}: expected FORMAT=FILE`, `--write markdown=plan.md`);
      }
      const one = { format: text.slice(0, equals), path: text.slice(equals + 1) };
      mustBeFormat(one.format, files, (near) => `--write ${near}=${one.path}`);
      return one;
    }),
  };
}

function mustBeFormat(name: string, formats: readonly string[], suggest: (near: string) => string): void {
  if (formats.includes(name)) return;
  throw unknownWord(`this command has no format "${name}"`, name, formats, suggest);
}

/** Renders a result once for stdout and once for each `--write FORMAT=FILE`. */
export async function emit<Format extends string>(
  terminal: Terminal,
  { format, write }: Output,
  render: (format: Format, where: { color: boolean; width: number }, isFile: boolean) => string,
): Promise<void> {
  for (const file of write)
    await writeOutput(file.path, render(file.format as Format, { color: false, width: 100 }, true));
  const where = { color: terminal.color.out, width: terminal.width };
  await terminal.out(render(format as Format, where, false));
}

/** Prints text, or JSON with `--format json`. @param indent for JSON that people also read. */
export async function print(
  terminal: Terminal,
  { format }: Pick<Output, 'format'>,
  result: { readonly text: () => string; readonly json: unknown; readonly indent?: 2 },
): Promise<void> {
  const { text, json, indent } = result;
  if (format === 'json') await terminal.out(indent === undefined ? jsonLine(json) : encodeJson(json));
  else await terminal.out(escapeScreen(text(), terminal.color.out));
}
