/**
 * Renders verdicts, facts and tables as text for a terminal. Rows are aligned in columns; values that do not fit go under
 * their row.
 */
import type { Verdict } from '../verdict.ts';
import { table as aligned, cells, clip, labelled, type Cell as Painted, wrap } from './columns.ts';
import { escapeControls } from './escape.ts';
import { type Ink, OUTCOME_SIGNS, SEVERITY_SIGNS } from './ink.ts';
import { type Cell, type Column, cellText, firstRows, type Row, type Table, withColumns } from './table.ts';

const TONES = { good: 'green', warn: 'yellow', bad: 'red', open: 'blue' } as const;

/** `VERIFIED  12 of 12 steps verified`, wrapped under the sentence. */
export function verdictLines(verdict: Verdict, width: number, inks: Ink): string[] {
  const { word, tone, sentence } = verdict;
  return labelled(`${word}  `, sentence, width, `${inks.bold(inks[TONES[tone]](word))}  `);
}

/** Facts as `name  value`, with the names in one column. Facts without a value are left out. */
export function factLines(facts: readonly (readonly [string, string])[], width: number, inks: Ink): string[] {
  const shown = facts.filter(([, value]) => value !== '');
  const room = Math.max(...shown.map(([name]) => name.length)) + 4;
  return shown.flatMap(([name, value]) => {
    const label = name.padEnd(room - 2);
    return labelled(`  ${label}`, value, width, `  ${inks.dim(label)}`);
  });
}

/** Cells of a text, limited so that a hostile one cannot fill the screen. */
const LONGEST = 1000;

export interface Terminal {
  readonly width: number;
  readonly inks: Ink;
}

/**
 * A table with its heading, as lines after an empty line. A table without rows gives no lines.
 * @param most the number of rows to show. Up to half as many more are shown too, instead of a line about hidden rows.
 * @param elsewhere says where the hidden rows are.
 */
export function textTable(
  table: Table,
  terminal: Terminal,
  { most = Number.POSITIVE_INFINITY, elsewhere = '' } = {},
): string[] {
  const { heading, note, rows } = table;
  if (rows.length === 0) return [];
  const { width, inks } = terminal;
  const shown = withColumns(table, (column) => column.in === undefined);
  const [lines] = textRows(
    shown.columns,
    [firstRows(shown, rows.length <= 1.5 * most ? rows.length : most)],
    terminal,
  );
  const rest = rows.length <= 1.5 * most ? 0 : rows.length - most;
  return [
    '',
    inks.bold(escapeControls(heading)),
    ...(note === undefined ? [] : wrap(escapeControls(note), width, '  ').map(inks.dim)),
    ...lines!,
    ...(rest === 0 ? [] : [inks.dim(`  ${moreRows(rest)}: ${elsewhere}`)]),
  ];
}

function moreRows(number: number): string {
  return `${cellText({ kind: 'count', value: number })} more ${number === 1 ? 'row' : 'rows'}`;
}

/** Groups of rows as lines, all in the same columns. @param titles true to start the first group with column titles. */
export function textRows(
  columns: readonly Column[],
  groups: readonly (readonly Row[])[],
  { width, inks }: Terminal,
  titles = true,
): string[][] {
  const all = groups.flat();
  const inRow = columnsThatFit(columns, all, width - INDENT.length, titles);
  const head = inRow.map((at) => ({ text: columns[at]!.title, paint: inks.dim }));
  const withTitles = titles && inRow.length > 0;
  const lines = aligned(
    [...(withTitles ? [head] : []), ...all.map((row) => inRow.map((at) => painted(row[at]!, inks)))],
    inRow.map((at) => alignmentOf(columns[at]!)),
    width,
    INDENT,
  );
  const titleLines = withTitles ? lines.splice(0, 1) : [];
  let next = 0;
  return groups.map((group, index) => [
    ...(index === 0 ? titleLines : []),
    ...group.flatMap((row) => {
      const line = lines[next++]!;
      const under = linesUnder(row, columns, inRow, { width, inks });
      return inRow.length === 0 ? withoutIndent(under) : [line, ...under];
    }),
  ]);
}

const INDENT = '  ';

/** Without columns in the row, the lines under it start at the indent of a row. */
function withoutIndent([first, ...rest]: readonly string[]): string[] {
  return first === undefined ? [] : [first.slice(INDENT.length), ...rest];
}

function alignmentOf({ right, minWidth }: Column) {
  return { align: right ? 'right' : 'left', ...(minWidth === undefined ? {} : { minWidth }) } as const;
}

/** The columns in the row: all required ones, and as many yielding ones as fit. */
function columnsThatFit(
  columns: readonly Column[],
  rows: readonly Row[],
  room: number,
  titles: boolean,
): number[] {
  let kept = columns.flatMap(({ below }, at) => (below ? [] : [at]));
  const widths = columns.map((column, at) => {
    const natural = rows.reduce(
      (most, row) => Math.max(most, cells(signed(row[at]!))),
      titles ? column.title.length : 0,
    );
    return column.minWidth === undefined ? natural : Math.min(natural, column.minWidth);
  });
  const excess = () => kept.reduce((sum, at) => sum + widths[at]! + 2, -2) - room;
  while (excess() > 0) {
    const first = kept
      .filter((at) => columns[at]!.yields !== undefined)
      .sort((a, b) => columns[a]!.yields! - columns[b]!.yields!)[0];
    if (first === undefined) break;
    kept = kept.filter((at) => at !== first);
  }
  return kept;
}

/** The values under a row. First the yielded ones, joined and dim; then each text that is always below. */
function linesUnder(
  row: Row,
  columns: readonly Column[],
  inRow: readonly number[],
  { width, inks }: Terminal,
): string[] {
  const texts = columns.flatMap((column, at) => {
    const text = clip(escapeControls(cellText(row[at]!)), LONGEST);
    if (text === '' || inRow.includes(at) || column.drops) return [];
    const words = column.bare ? text : `${column.title.toLowerCase()}: ${text}`;
    return [{ words, below: column.below === true }];
  });
  const yielded = texts.filter(({ below }) => !below).map(({ words }) => words);
  return [
    ...(yielded.length === 0 ? [] : wrap(yielded.join(' · '), width, '    ').map(inks.dim)),
    ...texts.filter(({ below }) => below).flatMap(({ words }) => wrap(words, width, '    ')),
  ];
}

function painted(cell: Cell, inks: Ink): Painted {
  const text = clip(signed(cell), LONGEST);
  if (cell === null || typeof cell === 'string') return text;
  if (cell.kind === 'outcome') return { text, paint: inks[OUTCOME_SIGNS[cell.value][1]] };
  if (cell.kind === 'severity') return { text, paint: inks[SEVERITY_SIGNS[cell.value][1]] };
  return cell.kind === 'strong' ? { text, paint: inks.bold } : text;
}

/** The text of a cell with its sign, which repeats the meaning of the colour. */
function signed(cell: Cell): string {
  const text = escapeControls(cellText(cell));
  if (cell === null || typeof cell === 'string') return text;
  if (cell.kind === 'outcome') return `${OUTCOME_SIGNS[cell.value][0]} ${text}`;
  return cell.kind === 'severity' ? `${SEVERITY_SIGNS[cell.value][0]} ${text}` : text;
}
