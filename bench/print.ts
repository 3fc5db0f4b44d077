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

/** A table in Markdown with these rows: each replaces the one of its name, or is the last. The others stay as they are. */
export function withRows(table: string, rows: readonly Row[]): string {
  const [head, rule, ...lines] = table.split('\n');
  const byName = new Map(lines.map((line) => [nameOf(line.slice('| '.length)), line]));
  for (const row of rows) byName.set(nameOf(row.name), rowMarkdown(row));
  return [head, rule, ...byName.values()].join('\n');
}

/** The name of a row without figures that follow a semicolon. */
function nameOf(text: string): string {
  return text.split(/;| \|/, 1)[0]!;
}

function rowMarkdown(row: Row): string {
  const cells = [
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
  ];
  return `| ${cells.join(' | ')} |`;
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
