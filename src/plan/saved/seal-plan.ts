/** Seals a saved plan with a digest over its meaning, so that Refit applies exactly what people approved. */
import { canonicalDigest } from '../../digest.ts';
import type { SavedPlan, UnsealedPlan } from '../../model.ts';
import { expand } from './expand.ts';
import { pointer, quoted } from './fault.ts';
import { faultIn } from './read-saved-plan.ts';
import { store } from './store.ts';

/**
 * Seals a plan: adds the SHA-256 over the canonical form of everything in its file.
 * @throws Error for a draft that its file would contradict, or that would be another plan when it is read.
 */
export function sealPlan(draft: UnsealedPlan): SavedPlan {
  const stored = store(draft);
  const digest = canonicalDigest(stored);
  const fault = faultIn({ digest, ...stored });
  if (fault !== null)
    throw new Error(`internal error: the plan cannot be sealed: ${fault.at} ${fault.problem}`);
  // The forecast follows from parts that are compared below.
  const saved = expand(stored, digest, draft.forecast);
  const path = firstDifference({ ...draft, digest }, saved, []);
  if (path !== null) throw new Error(`internal error: the sealed plan would differ: ${path}`);
  return saved;
}

/** The text of a saved plan file: indented JSON and a line feed. */
export function encodeSavedPlan(saved: SavedPlan): string {
  const { digest, ...draft } = saved;
  const { format, ...stored } = store(draft);
  return `${JSON.stringify({ format, digest, ...stored }, null, 2)}\n`;
}

/** Where two JSON values differ first; null if they are the same. */
function firstDifference(a: unknown, b: unknown, path: readonly (string | number)[]): string | null {
  if (isSame(a, b)) return null;
  if (!isMembers(a) || !isMembers(b)) return `${pointer(path)} is ${quoted(a)}, and ${quoted(b)} when read`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = firstDifference(a[key], b[key], [...path, key]);
    if (difference !== null) return difference;
  }
  return null;
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}

/** Whether two JSON values are the same. A plan has millions of values, so this makes no paths. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isMembers(a) || !isMembers(b)) return false;
  const keys = Object.keys(a);
  for (let at = 0; at < keys.length; at++) if (!isSame(a[keys[at]!], b[keys[at]!])) return false;
  const others = Object.keys(b);
  for (let at = 0; at < others.length; at++)
    if (a[others[at]!] === undefined && b[others[at]!] !== undefined) return false;
  return true;
}
