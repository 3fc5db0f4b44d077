/**
 * Saved plans with random changes, sealed again: each is refused, or read and its review shown, and nothing else happens.
 * The long form: `npm run fuzz -- saved-plans COUNT SEED`.
 */
import { RefitError } from '../../src/errors.ts';
import type { SavedPlan } from '../../src/model.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { renderReview } from '../../src/report/review/render-review.ts';
import { seededRandom } from '../../src/simulator/world/random.ts';
import { double, type Mutation, type Path, partsOf, remove, reverse, set } from './mutations.ts';
import { sealText } from './reseal.ts';
import { RICH_TEXT } from './rich-plan.ts';
import { search } from './search.ts';

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

/** Meets `count` changed plans from a seed on. @returns the faults, each with its seed. */
export async function fuzzSavedPlans(count: number, seed: number): Promise<string[]> {
  const { digest: _, ...plan } = JSON.parse(RICH_TEXT) as Record<string, unknown>;
  const paths = partsOf(plan).map(({ path }) => path);
  let refused = 0;
  const faults = await search(count, seed, (at) => {
    const text = mutated(plan, paths, at);
    try {
      return { fault: null, texts: [reviewOf(readSavedPlan(text))] };
    } catch (error) {
      if (!(error instanceof RefitError)) throw error;
      refused += 1;
      return { fault: null, texts: [error.message, error.fix ?? ''] };
    }
  });
  // If most changes were accepted, the changes would not reach what reading checks.
  if (count >= 100 && refused < count / 2) faults.push(`only ${refused} of ${count} plans were refused`);
  return faults;
}

/** The review of a plan that was read, as a person would see it. */
function reviewOf(plan: SavedPlan): string {
  const findings = [...plan.blocked.flatMap((one) => one.findings), ...plan.findings];
  const review = { verdict: 'ready', plan, findings, next: null } as const;
  return renderReview(review, 'text', { color: false, width: 100, all: true });
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
