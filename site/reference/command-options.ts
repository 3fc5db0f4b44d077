/** Every command with its arguments, options and examples, from the table of commands. */
import type { CommandRow } from '../../src/cli/command-row.ts';
import { COMMANDS, GROUPS } from '../../src/cli/program/commands.ts';
import { PROGRAM_OPTIONS } from '../../src/cli/program/shared-options.ts';

/** The options that every command takes. */
export function sharedOptions(): string {
  return tableOf(PROGRAM_OPTIONS.map(({ flags, summary }) => [flags, summary]));
}

/** A section for each group of the main help, and in it one for each command. */
export async function commandOptions(): Promise<string> {
  const parts: string[] = [];
  for (const [group, members] of Object.entries(GROUPS)) {
    parts.push(`## ${group}`);
    const names = members.flat();
    for (const row of COMMANDS.filter(({ name }) => names.includes(name.split(' ')[0]!)))
      parts.push(await sectionOf(row));
  }
  return parts.join('\n\n');
}

async function sectionOf(row: CommandRow): Promise<string> {
  const terms = row.arguments.map(({ term }) => ` ${term}`).join('');
  const rows = [
    ...row.arguments.map(({ term, summary }) => [term, summary] as const),
    ...row.options.map(({ flags, summary }) => [flags, summary] as const),
  ];
  const appendix = await row.appendix?.();
  return [
    `### refit ${row.name}`,
    `\`refit ${row.name}${terms}${row.options.length > 0 ? ' [options]' : ''}\`: ${row.summary}.`,
    ...(rows.length > 0 ? [tableOf(rows)] : []),
    `\`\`\`sh\n${row.examples.join('\n')}\n\`\`\``,
    ...(appendix === undefined ? [] : [`\`\`\`text\n${appendix}\n\`\`\``]),
  ].join('\n\n');
}

function tableOf(rows: readonly (readonly [term: string, meaning: string])[]): string {
  return [
    '| argument or option | meaning |',
    '|---|---|',
    ...rows.map(([term, meaning]) => `| \`${term.replaceAll('|', '\\|')}\` | ${escaped(meaning)} |`),
  ].join('\n');
}

/** Stars and angle brackets of a summary are no marks of Markdown. */
function escaped(text: string): string {
  return text.replace(/[*<_|]/g, '\\$&');
}
