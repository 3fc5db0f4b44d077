/** Rows as a table, for the terminal and for docs/benchmarks.md. */
import { isReached, type Row } from './measure.ts';

/** The lines for the terminal. */
export function rowText(row: Row): string {
  const lines = [
    `${isReached(row) ? '  ' : '! '}${row.name}`,
    `    ${figure(row.measured)} ${row.unit}; ${row.floorName}: ${figure(row.floor)} ${row.unit}`,
    `    ratio ${figure(row.ratio)} (${spreadText(row)})${reachText(row, '; to reach: ')}`,
    ...(row.beside ?? []).map(
      ({ name, value, unit, atMost }) => `    ${name}: ${figure(value)}${unit}, at most ${atMost}${unit}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** All rows as a table in Markdown. */
export function rowsMarkdown(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    [
      row.name,
      `${figure(row.measured)} ${row.unit}`,
      `${figure(row.floor)} ${row.unit} (${row.floorName})`,
      `${figure(row.ratio)} (${spreadText(row)})${isReached(row) ? '' : ' **missed**'}`,
      [
        reachText(row, ''),
        ...(row.beside ?? []).map(
          ({ name, value, unit, atMost }) => `${name} ${figure(value)}${unit}, at most ${atMost}${unit}`,
        ),
      ]
        .filter((text) => text !== '')
        .join('; '),
    ].join(' | '),
  );
  return [
    '| figure | measured | against | ratio (least to greatest) | to reach |',
    '|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

function reachText({ reach }: Row, before: string): string {
  if (reach === undefined) return '';
  return `${before}${'atMost' in reach ? `≤ ${reach.atMost}` : `≥ ${reach.atLeast}`}`;
}

function spreadText({ spread: [least, greatest] }: Row): string {
  return `${figure(least)} to ${figure(greatest)}`;
}

function figure(value: number): string {
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
}
