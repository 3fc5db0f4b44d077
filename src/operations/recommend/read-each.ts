/** Reads one fact after the other, several at the same time. What cannot be read becomes a note, and has no value. */
import { isMissingPermission } from '../../cloud/calls/refusals.ts';
import type { Refusal } from '../../cloud/cloud.ts';
import { sanitizeLine } from '../../cloud/sanitize-line.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Message, Scope } from '../../model.ts';

/** What is read. */
export type FactName = 'size-limits' | 'eviction-policy';

/** Facts to read: one for each subject. */
export interface Reading<Subject extends Scope, Value> {
  readonly fact: FactName;
  /** The permission that the calls need. */
  readonly right: string;
  readonly subjects: readonly Subject[];
  /** Null: the answer is in no form that Refit knows. */
  readonly read: (subject: Subject) => Promise<{ readonly value: Value | null } | Refusal>;
  /** Called before the first call, and after each. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** Why facts of one region and profile are missing, and how many. */
interface Problem {
  readonly note: (count: number) => Message;
  count: number;
}

/** Reads at the same time. The request slots of the client set the pace. */
const PARALLEL = 8;

/**
 * Reads a fact of each subject. A missing permission or an unreachable provider ends the calls of that region and profile.
 * @returns the values, and a note for each region, profile and reason. A subject without a value is left out.
 * @throws RefitError `credentials-refused` if the keys are refused.
 */
export async function readEach<Subject extends Scope, Value>(
  reading: Reading<Subject, Value>,
): Promise<{ readonly values: ReadonlyMap<Subject, Value>; readonly notes: readonly Message[] }> {
  const { subjects, onProgress } = reading;
  const values = new Map<Subject, Value>();
  const problems = createProblems(reading);
  const waiting = [...subjects].reverse();
  let done = 0;
  let failed = false;
  const readOne = async (subject: Subject): Promise<void> => {
    if (problems.addToEnded(subject)) return;
    try {
      const found = await reading.read(subject);
      if ('kind' in found) problems.addRefusal(subject, found);
      else if (found.value === null) problems.addUnknownForm(subject);
      else values.set(subject, found.value);
    } catch (error) {
      if (!(error instanceof RefitError && error.code === 'provider-unreachable')) throw error;
      problems.addUnreachable(subject, error.message);
    }
  };
  const work = async (): Promise<void> => {
    for (let subject = waiting.pop(); subject !== undefined && !failed; subject = waiting.pop()) {
      try {
        await readOne(subject);
      } catch (error) {
        failed = true;
        throw error;
      }
      onProgress?.(++done, subjects.length);
    }
  };
  if (subjects.length > 0) onProgress?.(0, subjects.length);
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { values, notes: problems.notes() };
}

function createProblems({ fact, right }: Pick<Reading<Scope, unknown>, 'fact' | 'right'>) {
  const problems = new Map<string, Problem>();
  /** The problem that ended the calls of a region and profile. */
  const ended = new Map<string, Problem>();
  const keyOf = ({ region, profile }: Scope, reason: string) => JSON.stringify([region, profile, reason]);
  const add = (scope: Scope, reason: string, note: Problem['note'], ends: boolean): void => {
    const problem = problems.get(keyOf(scope, reason)) ?? { note, count: 0 };
    problems.set(keyOf(scope, reason), problem);
    problem.count++;
    if (ends) ended.set(keyOf(scope, ''), problem);
  };
  return {
    /** Counts a subject whose region and profile get no more calls. False: it has to be read. */
    addToEnded(scope: Scope): boolean {
      const problem = ended.get(keyOf(scope, ''));
      if (problem !== undefined) problem.count++;
      return problem !== undefined;
    },
    addRefusal({ region, profile }: Scope, refusal: Refusal): void {
      const [code, answer] = [sanitizeLine(refusal.code), sanitizeLine(refusal.message)];
      const isPermission = isMissingPermission(refusal.code);
      const params = { fact, region, profile, code, answer, right: isPermission ? right : null };
      const note = (count: number) => message('read.facts-refused', { ...params, count });
      add({ region, profile }, code, note, isPermission);
    },
    addUnreachable({ region, profile }: Scope, reason: string): void {
      const note = (count: number) =>
        message('read.facts-unreachable', { fact, region, profile, reason, count });
      add({ region, profile }, 'unreachable', note, true);
    },
    addUnknownForm({ region, profile }: Scope): void {
      const note = (count: number) => message('read.facts-garbled', { fact, region, profile, count });
      add({ region, profile }, 'unknown form', note, false);
    },
    notes: (): Message[] => [...problems.values()].map(({ note, count }) => note(count)),
  };
}
