/**
 * The list of known survivors, each with its reason. A row names a change by its text, so it holds when lines move.
 * `equivalent` means that no input shows a difference. `accepted` means that a difference exists and is worth no test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf, type Mutant } from './find-mutants.ts';
import { ROOT } from './targets.ts';

const LIST = join(ROOT, 'test/mutants/survivors.json');

export interface Survivor {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Position among equal changes of the file; without it 0. */
  readonly nth?: number;
  readonly kind: 'equivalent' | 'accepted';
  readonly reason: string;
}

/** The list by key of the mutant. */
export function readSurvivors(): ReadonlyMap<string, Survivor> {
  const rows = JSON.parse(readFileSync(LIST, 'utf8')) as readonly Survivor[];
  return new Map(rows.map((row) => [keyOf(row.file, row.from, row.to, row.nth ?? 0), row]));
}

/** The row of a mutant, without its reason. */
export function rowOf({ file, from, to, nth }: Mutant): Omit<Survivor, 'kind' | 'reason'> {
  return { file, from, to, ...(nth === 0 ? {} : { nth }) };
}

export function writeSurvivors(rows: Iterable<Survivor>): void {
  writeFileSync(LIST, `${JSON.stringify([...rows], null, 2)}\n`);
}
