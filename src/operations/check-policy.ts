/** Reads a plan or a saved plan for `refit policy check`. */
import type { Clock } from '../clock.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Finding, Inventory, SavedPlan } from '../model.ts';
import { decodePlan } from '../plan/parse/decode-plan.ts';
import { readSavedPlan } from '../plan/saved/read-saved-plan.ts';
import type { PolicySubject } from '../policy/judge-policy.ts';
import { readInput } from './named-files.ts';
import { type PlanOptions, planFleet } from './plans/plan-fleet.ts';
import { historyOf } from './plans/read-use.ts';
import { savedSubject } from './policy-subject.ts';
import { meansRun, withNamedPlan } from './runs/open-plan.ts';

/** What the check needs besides the file. */
export interface CheckOptions extends Pick<PlanOptions, 'region' | 'profile'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The value of `--store`. The file may then be a run in it. */
  readonly store?: string | undefined;
  readonly clock: Clock;
  readonly endpoint: string | null;
  /** Gives the fleet for a plan: the live one, or an inventory. Not called for a saved plan. */
  readonly planFrom: <T>(
    use: (from: CloudReader | { inventory: Inventory; source: string }) => Promise<T>,
  ) => Promise<T>;
}

/** @returns what the policy judges, or the findings of an invalid plan. @throws RefitError as `readSavedPlan` does. */
export async function checkSubject(
  file: string,
  { env, store, clock, endpoint, planFrom, ...defaults }: CheckOptions,
): Promise<PolicySubject | { readonly findings: readonly Finding[] }> {
  const savedIn = (readFile: () => Promise<SavedPlan>) =>
    withNamedPlan(file, { store, env, clock, readFile }, ({ saved, signatures }) =>
      savedSubject(saved, signatures, { env, now: clock.now(), endpoint }),
    );
  const bytes = (await meansRun(file, { store, env })) ? null : await readInput(file, 'plan');
  if (bytes === null || /^\ufeff?\s*\{/.test(bytes.subarray(0, 200).toString('utf8')))
    return savedIn(async () => readSavedPlan(String(bytes)));
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { findings };
  let subject: PolicySubject | null = null;
  const planned = await planFrom((from) =>
    planFleet(text, file, {
      ...defaults,
      from,
      history: historyOf({ store, env }, endpoint ?? undefined),
      onJudge: (one) => {
        subject = { ...one, env };
      },
    }),
  );
  return subject ?? { findings: planned.findings };
}
