/**
 * Saved plans with random changes, sealed again: each is read or refused, quickly, and never with another error.
 * The long form: `npm run fuzz -- saved-plans COUNT SEED`.
 */
import { RefitError } from '../../src/errors.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { double, type Mutation, type Path, partsOf, remove, reverse, set } from './mutations.ts';
import { sealText } from './reseal.ts';
import { RICH_TEXT } from './rich-plan.ts';

/** Milliseconds that one plan may take. */
const MOST_TIME = 5_000;

/** Values that programs often mistake. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  1e21,
  1.5,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '__proto__',
  'constructor',
  '\u202e\u0000\u001b[2J',
  '../../etc/passwd',
  '9'.repeat(5_000),
  'a'.repeat(200_000),
  '2026-02-30T00:00:00.000Z',
  '* * * * *',
  [],
  {},
  [[]],
  { toJSON: 1, length: -1 },
  JSON.parse('{"__proto__":{"steps":[]},"constructor":{}}'),
];

export interface FuzzResult {
  readonly read: number;
  readonly refused: number;
  /** Milliseconds that the slowest plan took. */
  readonly slowest: number;
}

/** Reads `count` changed plans. @throws Error for the first that is not read and not refused, with its seed. */
export function fuzzSavedPlans(count: number, firstSeed: number): FuzzResult {
  const { digest: _, ...plan } = JSON.parse(RICH_TEXT) as Record<string, unknown>;
  const paths = partsOf(plan).map(({ path }) => path);
  let [read, refused, slowest] = [0, 0, 0];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const text = mutated(plan, paths, seed);
    const began = performance.now();
    try {
      readSavedPlan(text);
      read += 1;
    } catch (error) {
      if (!(error instanceof RefitError))
        throw new Error(`seed ${seed} is not refused but fails`, { cause: error });
      refused += 1;
    }
    const took = performance.now() - began;
    if (took > MOST_TIME) throw new Error(`seed ${seed} takes ${Math.round(took)} ms`);
    slowest = Math.max(slowest, took);
  }
  return { read, refused, slowest };
}

/** The plan with one to four changes, and sometimes a change of the text itself. */
function mutated(plan: object, paths: readonly Path[], seed: number): string {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)]!;
  const changed = structuredClone(plan);
  for (let left = 1 + Math.floor(random.next() * 4); left > 0; left--) {
    const path = pick(paths);
    const { apply } = pick<(path: Path) => Mutation>([
      remove,
      double,
      reverse,
      () => set(path, pick(HOSTILE)),
      () => set(path, partAt(plan, pick(paths))),
    ])(path);
    try {
      apply(changed);
    } catch {
      // An earlier change removed the part, or it is no list.
    }
  }
  const text = sealText(changed);
  if (random.next() > 0.1) return text;
  const at = Math.floor(random.next() * text.length);
  return `${text.slice(0, at)}${pick(['', '{', ']', '"', ',', '1e999', '\ud800', '"a":1,"a":2,'])}${text.slice(at + 1)}`;
}

function partAt(value: unknown, path: Path): unknown {
  return structuredClone(path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value));
}
