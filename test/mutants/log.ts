/**
 * The log of a search for survivors. Every process appends lines to it, so a search that was killed goes on where it
 * stopped. A line counts as long as the source and the test that it is about have not changed.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Line, Reach } from './job.ts';
import { ROOT, type Target, TESTS, TESTS_WITHOUT } from './targets.ts';

export const SIMULATION = 'test/mutants/short-simulation.ts';

/** What is known about the tests without mutants. */
export interface Reached {
  /** By file. A file is missing if it was not run to its end. */
  readonly tests: ReadonlyMap<string, readonly Reach[]>;
  /** Mutants that the load of modules reaches. */
  readonly load: ReadonlySet<number>;
}

/** What is known about mutants, by key. */
export interface Outcomes {
  /** What killed it: a test, or a reason. */
  readonly killed: ReadonlyMap<string, string>;
  /** `key file test` of each test that did not kill. */
  readonly tried: ReadonlySet<string>;
  /** Keys of mutants that survived from the load of the modules. */
  readonly fresh: ReadonlySet<string>;
  /** The last attempt, if no line follows it: the process died or hung there. */
  readonly open: { readonly mutant: string; readonly file: string; readonly test: string } | null;
}

export function append(path: string, line: Line): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** Hashes of all sources that are mutated, and of the tests. `sources` has the hash of all sources together. */
export async function hashAll(targets: readonly Target[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const { file, text } of targets) hashes[file] = hashOf(text);
  hashes.sources = hashOf(JSON.stringify(hashes));
  for await (const name of glob([...TESTS], { cwd: ROOT, exclude: [...TESTS_WITHOUT] }))
    hashes[name.replaceAll('\\', '/')] = hashOf(readFileSync(join(ROOT, name), 'utf8'));
  hashes[SIMULATION] = hashOf(readFileSync(join(ROOT, SIMULATION), 'utf8'));
  return hashes;
}

/** Tests that were run without a mutant. Their numbers hold only for the same sources. */
export function readReached(path: string, now: Readonly<Record<string, string>>): Reached {
  const tests = new Map<string, Reach[]>();
  const load = new Set<number>();
  let reading: { file: string; tests: Reach[] } | null = null;
  let then: Readonly<Record<string, string>> = {};
  for (const line of readLines(path)) {
    if (line.kind === 'head') then = line.hashes;
    if (then.sources !== now.sources) continue;
    if (line.kind === 'load') {
      for (const number of line.reached) load.add(number);
      reading = { file: line.file, tests: [] };
    } else if (line.kind === 'reach') reading?.tests.push(line);
    else if (line.kind === 'done' && reading && then[line.file] === now[line.file])
      tests.set(reading.file, reading.tests);
  }
  return { tests, load };
}

/** What became of the mutants. @param fileOf the source of a mutant; undefined if it is no longer there */
export function readOutcomes(
  path: string,
  now: Readonly<Record<string, string>>,
  fileOf: (key: string) => string | undefined,
): Outcomes {
  const killed = new Map<string, string>();
  const tried = new Set<string>();
  const fresh = new Set<string>();
  let open: Outcomes['open'] = null;
  let then: Readonly<Record<string, string>> = {};
  for (const line of readLines(path)) {
    if (line.kind === 'head') then = line.hashes;
    if (!('mutant' in line)) continue;
    const { mutant } = line;
    const about = [fileOf(mutant) ?? '', ...('files' in line ? line.files : [line.file])];
    open = line.kind === 'try' ? line : null;
    if (about.some((file) => then[file] === undefined || then[file] !== now[file])) continue;
    if (line.kind === 'try') tried.add(`${mutant} ${line.file} ${line.test}`);
    else if (line.kind === 'fresh' && !line.killed) fresh.add(mutant);
    else killed.set(mutant, line.kind === 'fresh' ? line.files.join(', ') : `${line.file}: ${line.test}`);
  }
  return { killed, tried, fresh, open };
}

/** The last line may be cut off, if the process was killed while it wrote. */
function readLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as Line] : [];
      } catch {
        return [];
      }
    });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
