/** Chooses mutants by seed, and the tests that each of them runs, the fastest first. */
import { createHash } from 'node:crypto';
import type { Mutant } from './find-mutants.ts';
import type { Reach } from './job.ts';
import { type Outcomes, type Reached, SIMULATION } from './log.ts';
import { folderOf, type Target } from './targets.ts';

/** A mutant with its number in the instrumented code. */
export interface Numbered extends Mutant {
  readonly number: number;
  readonly folder: string;
}

/** The tests of one mutant take at most so long without it, the simulation apart. More tests rarely find more. */
const MOST_MS = 20_000;
const MOST_TESTS = 500;

export function numberAll(targets: readonly Target[]): Numbered[] {
  return targets.flatMap(({ file, mutants, first }) =>
    mutants.map((mutant, at) => ({ ...mutant, number: first + at, folder: folderOf(file) })),
  );
}

/** Takes `size` mutants of each folder. A larger sample of the same seed has all of a smaller one. */
export function sample(mutants: readonly Numbered[], size: number, seed: string): Numbered[] {
  const rank = (key: string) => createHash('sha256').update(`${seed} ${key}`).digest('hex');
  return [...Map.groupBy(mutants, ({ folder }) => folder).values()].flatMap((folder) =>
    folder
      .map((mutant) => ({ mutant, rank: rank(mutant.key) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      .slice(0, size)
      .map(({ mutant }) => mutant),
  );
}

/** The tests that reach each mutant, by its number: those of its own folder first, then the fastest. */
export function testsOf(
  mutants: readonly Numbered[],
  { tests }: Reached,
): ReadonlyMap<number, readonly Reach[]> {
  const wanted = new Map(mutants.map((mutant) => [mutant.number, mutant]));
  const found = new Map<number, Reach[]>(mutants.map(({ number }) => [number, []]));
  for (const test of [...tests.values()].flat())
    if (test.passed) for (const number of test.reached) if (wanted.has(number)) found.get(number)!.push(test);
  return new Map([...found].map(([number, all]) => [number, within(wanted.get(number)!, all)]));
}

function within({ file }: Numbered, all: readonly Reach[]): Reach[] {
  const home = file.replace(/^src\//, 'test/').replace(/\/[^/]*$/, '/');
  const far = (test: Reach) => (test.file.startsWith(home) ? 0 : 1);
  const ranked = all
    .filter((test) => test.file !== SIMULATION)
    .sort((a, b) => far(a) - far(b) || a.ms - b.ms);
  const chosen: Reach[] = [];
  let ms = 0;
  for (const test of ranked) {
    if (chosen.length > 0 && (ms + test.ms > MOST_MS || chosen.length >= MOST_TESTS)) break;
    chosen.push(test);
    ms += test.ms;
  }
  return [...chosen, ...all.filter((test) => test.file === SIMULATION)];
}

/** What is left to do: numbers of mutants by file and test, in files whose tests are short first. */
export function tasksLeft(
  mutants: readonly Numbered[],
  tests: ReadonlyMap<number, readonly Reach[]>,
  { killed, tried }: Outcomes,
): Record<string, Record<string, number[]>> {
  const files = new Map<string, Map<string, { ms: number; numbers: number[] }>>();
  for (const { key, number } of mutants) {
    if (killed.has(key)) continue;
    for (const { file, test, ms } of tests.get(number)!) {
      if (tried.has(`${key} ${file} ${test}`)) continue;
      const inFile = files.get(file) ?? new Map<string, { ms: number; numbers: number[] }>();
      const entry = inFile.get(test) ?? { ms, numbers: [] };
      entry.numbers.push(number);
      inFile.set(test, entry);
      files.set(file, inFile);
    }
  }
  const mean = (entries: readonly { readonly ms: number }[]) =>
    entries.reduce((sum, { ms }) => sum + ms, 0) / entries.length;
  const ordered = [...files].sort(([, a], [, b]) => mean([...a.values()]) - mean([...b.values()]));
  return Object.fromEntries(
    ordered.map(([file, inFile]) => [
      file,
      Object.fromEntries([...inFile].map(([test, { numbers }]) => [test, numbers])),
    ]),
  );
}

/** Files whose tests reach the same source, for mutants that only the load of modules reaches. */
export function filesForLoad(
  mutant: Numbered,
  mutants: readonly Numbered[],
  { tests }: Reached,
  most = 6,
): string[] {
  const numbers = new Set(mutants.filter(({ file }) => file === mutant.file).map(({ number }) => number));
  const home = mutant.file.replace(/^src\//, 'test/').replace(/\/[^/]*$/, '/');
  const files = [...tests].map(([file, all]) => ({
    file,
    isNear: file.startsWith(home),
    ms: all.reduce((sum, { ms }) => sum + ms, 0),
    reaches: all.filter(({ reached }) => reached.some((number) => numbers.has(number))).length,
    whole: all.every(({ passed }) => passed),
  }));
  // No test reaches a file of data while it runs. Then the tests of its folder have to do.
  const isData = files.every(({ reaches }) => reaches === 0);
  return files
    .filter(({ reaches, isNear, whole, ms }) => (reaches > 0 || (isData && isNear)) && whole && ms < MOST_MS)
    .sort(
      (a, b) => Number(b.isNear) - Number(a.isNear) || b.reaches / (b.ms + 100) - a.reaches / (a.ms + 100),
    )
    .slice(0, most)
    .map(({ file }) => file);
}
