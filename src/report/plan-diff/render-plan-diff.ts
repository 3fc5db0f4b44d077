/** How two saved plans differ, in the format asked for: what `refit diff` prints. Pure. */
import { clip, wrap } from '../document/columns.ts';
import { json, legible } from '../document/escape.ts';
import { commandSpan, foldedMarkdown } from '../document/folded-markdown.ts';
import { type Ink, ink } from '../document/ink.ts';
import * as show from '../quantities.ts';
import { cell, identifier } from '../run/report-markdown.ts';
import type { PlanDiff } from './plan-diff.ts';
import {
  type DiffSection,
  readingsSection,
  sectionsOf,
  sideInWords,
  verdictOfDiff,
} from './plan-diff-words.ts';

export type PlanDiffFormat = 'text' | 'json' | 'markdown';

/** Rows of a section that are shown unless all are asked for. */
const SHOWN_ROWS = 20;
/** Cells of a row: a hostile text must not fill the screen. */
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

/** The formats, in the order in which they are listed to users. */
export const PLAN_DIFF_FORMATS = Object.keys(RENDERERS) as readonly PlanDiffFormat[];

/** The whole text, ending with a line end. The same difference gives the same bytes. */
export function renderPlanDiff(diff: PlanDiff, format: PlanDiffFormat, options: PlanDiffOptions): string {
  return RENDERERS[format](diff, options);
}

function text(hostile: PlanDiff, { color, width, all }: PlanDiffOptions): string {
  const diff = legible(hostile);
  const inks = ink(color);
  const { word, sentence } = verdictOfDiff(diff);
  const tone = diff.same ? inks.green : inks.yellow;
  const verdict = `${inks.bold(tone(word))}  ${sentence}`;
  const lines = [
    ...wrap(`${word}  ${sentence}`, width, '').map((line, at) =>
      at === 0 ? line.replace(word, inks.bold(tone(word))) : line,
    ),
    '',
    `  ${inks.dim('from')}  ${clip(sideInWords(diff.from), LONGEST)}`,
    `  ${inks.dim('to')}    ${clip(sideInWords(diff.to), LONGEST)}`,
    ...[...sectionsOf(diff), readingsSection(diff)].flatMap((section) =>
      sectionLines(section, all, width, inks),
    ),
    ...(diff.same ? [] : ['', clip(verdict, LONGEST)]),
  ];
  return `${lines.join('\n')}\n`;
}

function sectionLines({ noun, rows }: DiffSection, all: boolean, width: number, inks: Ink): string[] {
  if (rows.length === 0) return [];
  const shown = all || rows.length <= SHOWN_ROWS + 1 ? rows : rows.slice(0, SHOWN_ROWS);
  const rest = rows.length - shown.length;
  const paints = { '+': inks.green, '-': inks.red, '~': inks.yellow };
  return [
    '',
    inks.bold(show.counted(rows.length, ...noun)),
    ...shown.flatMap(([sign, what, how]) => {
      const [first, ...more] = wrap(`${clip(what, 200)}  ${clip(how, LONGEST)}`, width - 4, '');
      return [`  ${paints[sign](sign)} ${first}`, ...more.map((line) => `      ${line}`)];
    }),
    ...(rest === 0 ? [] : [inks.dim(`  ${show.counted(rest, 'more row')} not shown; --all shows all`)]),
  ];
}

function markdown(hostile: PlanDiff, { elsewhere }: PlanDiffOptions): string {
  const diff = legible(hostile);
  const { word, sentence } = verdictOfDiff(diff);
  const side = (name: string, one: PlanDiff['from']) => `- ${name}: ${cell(sideInWords(one), 300)}`;
  return foldedMarkdown(
    [
      `## ${cell(diff.to.name, 100)}: ${word}`,
      `**${cell(sentence)}**`,
      [side('from', diff.from), side('to', diff.to)].join('\n'),
    ],
    [...sectionsOf(diff), readingsSection(diff)].map(({ noun, rows }) => ({
      heading: show.counted(rows.length, ...noun),
      folded: true,
      columns: ['', 'What', 'How'],
      rows: rows.map(([sign, what, how]) => () => [identifier(sign), identifier(what), cell(how)]),
    })),
    [`Digest **${identifier(diff.to.digest.slice(0, 8))}** (${identifier(diff.to.digest)})`],
    `All of them: ${commandSpan(elsewhere)}.`,
  );
}
