/** Figures of a search by folder: how many mutants were killed, and how sure the share is. */
import type { Numbered } from './choose.ts';

export interface Judged {
  readonly mutant: Numbered;
  readonly killed: boolean;
  readonly listed: 'equivalent' | 'accepted' | null;
}

/** One line for each folder, and one for all. */
export function figures(judged: readonly Judged[], all: readonly Numbered[]): string {
  const sizes = Map.groupBy(all, ({ folder }) => folder);
  const rows = [...Map.groupBy(judged, ({ mutant }) => mutant.folder)].map(([folder, some]) => ({
    folder,
    of: sizes.get(folder)!.length,
    ...count(some),
  }));
  const head = ['folder', 'mutants', 'tried', 'equivalent', 'killed', 'survived', 'share', '95 % interval'];
  const lines = rows.map((row) => line(row.folder, row.of, row, interval(row.killed, row.changing)));
  const sum = rows.reduce((total, row) => total + row.of, 0);
  lines.push(line('all, by size', sum, count(judged), weighted(rows)));
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((row) => row[at]!.length)));
  return [head, ...lines]
    .map((row) =>
      row.map((cell, at) => (at ? cell.padStart(widths[at]!) : cell.padEnd(widths[0]!))).join('  '),
    )
    .join('\n');
}

interface Count {
  readonly tried: number;
  readonly equivalent: number;
  readonly killed: number;
  /** Those that are not equivalent. */
  readonly changing: number;
}

interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

function count(judged: readonly Judged[]): Count {
  const equivalent = judged.filter(({ killed, listed }) => !killed && listed === 'equivalent').length;
  const killed = judged.filter((one) => one.killed).length;
  return { tried: judged.length, equivalent, killed, changing: judged.length - equivalent };
}

function line(name: string, of: number, { tried, equivalent, killed, changing }: Count, at: Share): string[] {
  const share = [`${percent(at.share)} %`, `${percent(at.low)} to ${percent(at.high)} %`];
  return [name, ...[of, tried, equivalent, killed, changing - killed].map(String), ...share];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** Wilson's interval for a share, at 95 %. It needs no large numbers. */
export function interval(hits: number, tries: number): Share {
  if (tries === 0) return { share: 0, low: 0, high: 1 };
  const z = 1.96;
  const share = hits / tries;
  const scale = 1 + z ** 2 / tries;
  const middle = (share + z ** 2 / (2 * tries)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / tries + z ** 2 / (4 * tries ** 2));
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** The share of all mutants: each folder counts by its size, as samples of folders are equally large. */
function weighted(rows: readonly (Count & { readonly of: number })[]): Share {
  const parts = rows.filter(({ changing }) => changing > 0);
  const total = parts.reduce((sum, { of, tried, changing }) => sum + (of * changing) / tried, 0);
  let share = 0;
  let variance = 0;
  for (const { of, tried, killed, changing } of parts) {
    const weight = (of * changing) / tried / total;
    // One hit and one miss more, so that a folder without a miss has a variance too.
    const near = (killed + 1) / (changing + 2);
    const left = of > 1 ? (of - tried) / (of - 1) : 0;
    share += (weight * killed) / changing;
    variance += (weight ** 2 * near * (1 - near) * left) / changing;
  }
  const half = 1.96 * Math.sqrt(variance);
  return { share, low: Math.max(0, share - half), high: Math.min(1, share + half) };
}
