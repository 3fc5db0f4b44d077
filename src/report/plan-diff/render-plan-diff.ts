/** Renders the differences of two saved plans for `refit diff`; pure. */

import * as show from '../../messages/en/quantities.ts';
import { clip, clipMiddle, labelled, wrap } from '../document/columns.ts';
import { escapeControls, json, sanitize } from '../document/escape.ts';
import { type Ink, ink } from '../document/ink.ts';
import { commandSpan, identifier, markdownDocument, markdownHead } from '../document/markdown-document.ts';
import { cellText, firstRows, type Table } from '../document/table.ts';
import { policyRows } from '../review/review-effects.ts';
import type { PlanDiff } from './plan-diff.ts';
import { describeSide, tablesOf, verdictOfDiff } from './plan-diff-tables.ts';

export type PlanDiffFormat = 'text' | 'json' | 'markdown';

/** The number of rows shown in a section without `--all`. */
const SHOWN_ROWS = 20;
/** Cells of a row, limited so that a hostile text cannot fill the screen. */
const LONGEST = 600;

export interface PlanDiffOptions {
  readonly color: boolean;
  readonly width: number;
  readonly all: boolean;
  /** The command that shows every row. */
  readonly elsewhere: string;
}

const RENDERERS: Readonly<Record<PlanDiffFormat, (diff: PlanDiff, options: PlanDiffOptions) => string>> = {
  text,
  json,
  markdown,
};

/** The formats in the order of the help. */
export const PLAN_DIFF_FORMATS = Object.keys(RENDERERS) as readonly PlanDiffFormat[];

/** The whole text with a final line end. Equal differences give equal bytes. */
export function renderPlanDiff(diff: PlanDiff, format: PlanDiffFormat, options: PlanDiffOptions): string {
  return RENDERERS[format](diff, options);
}

function text(hostile: PlanDiff, { color, width, all }: PlanDiffOptions): string {
  const diff = sanitize(hostile);
  const inks = ink(color);
  const { word, sentence } = verdictOfDiff(diff);
  const tone = diff.same ? inks.green : inks.yellow;
  const verdict = `${inks.bold(tone(word))}  ${sentence}`;
  const lines = [
    ...wrap(`${word}  ${sentence}`, width, '').map((line, at) =>
      at === 0 ? line.replace(word, inks.bold(tone(word))) : line,
    ),
    '',
    `  ${inks.dim('from')}  ${clip(describeSide(diff.from), LONGEST)}`,
    `  ${inks.dim('to')}    ${clip(describeSide(diff.to), LONGEST)}`,
    ...policyRows(hostile).flatMap(({ text }) =>
      labelled('  today ', escapeControls(clip(text, LONGEST)), width, `  ${inks.dim('today')} `),
    ),
    ...tablesOf(diff).flatMap((table) => tableLines(table, all, width, inks)),
    ...(diff.same ? [] : ['', clip(verdict, LONGEST)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each row as a sentence without columns. One long row would move all others away from their signs. */
function tableLines({ heading, rows }: Table, all: boolean, width: number, inks: Ink): string[] {
  if (rows.length === 0) return [];
  const shown = firstRows({ rows }, all || rows.length <= SHOWN_ROWS + 1 ? rows.length : SHOWN_ROWS);
  const rest = rows.length - shown.length;
  return [
    '',
    inks.bold(heading),
    ...shown.flatMap((row) => {
      const [sign, name, change] = row.map((cell) => cellText(cell)) as ['+' | '-' | '~', string, string];
      const [first, ...more] = wrap(
        `${clip(name, 200)}  ${clipMiddle(change, all ? Number.POSITIVE_INFINITY : LONGEST, '--all shows them')}`,
        width - 4,
        '',
      );
      return [`  ${inks[SIGN_COLOURS[sign]](sign)} ${first}`, ...more.map((line) => `      ${line}`)];
    }),
    ...(rest === 0 ? [] : [inks.dim(`  ${show.counted(rest, 'more row')} not shown; use --all`)]),
  ];
}

const SIGN_COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

function markdown(hostile: PlanDiff, { elsewhere }: PlanDiffOptions): string {
  const diff = sanitize(hostile);
  return markdownDocument(
    markdownHead(diff.to.name, [], verdictOfDiff(diff), [
      ['from', describeSide(diff.from)],
      ['to', describeSide(diff.to)],
      ...sanitize(policyRows(hostile)).map(({ text }): [string, string] => ['today', text]),
    ]),
    tablesOf(diff).map((table) => ({ table, folded: true })),
    [`Digest **${identifier(diff.to.digest.slice(0, 8))}** (${identifier(diff.to.digest)})`],
    `To show all rows: ${commandSpan(elsewhere)}.`,
  );
}
