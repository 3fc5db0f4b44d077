/** Reads a plan or a saved plan for `refit policy check`. */
import type { CloudReader } from '../cloud/cloud.ts';
import type { Finding, Inventory } from '../model.ts';
import { decodePlan } from '../plan/parse/decode-plan.ts';
import { readSavedPlan } from '../plan/saved/read-saved-plan.ts';
import type { PolicySubject } from '../policy/judge-policy.ts';
import { readInput } from './named-files.ts';
import { type PlanOptions, planFleet } from './plan-fleet.ts';
import { savedFileSubject } from './policy-subject.ts';

/** What the check needs besides the file. */
export interface CheckOptions extends Pick<PlanOptions, 'region' | 'profile'> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly endpoint: string | null;
  /** Gives the fleet for a plan: the live one, or an inventory. Not called for a saved plan. */
  readonly planFrom: <T>(
    use: (from: CloudReader | { inventory: Inventory; source: string }) => Promise<T>,
  ) => Promise<T>;
}

/** @returns what the policy judges, or the findings of an invalid plan. @throws RefitError as `readSavedPlan` does. */
export async function checkSubject(
  file: string,
  { env, now, endpoint, planFrom, ...defaults }: CheckOptions,
): Promise<PolicySubject | { readonly findings: readonly Finding[] }> {
  const bytes = await readInput(file, 'plan');
  if (/^\ufeff?\s*\{/.test(bytes.subarray(0, 200).toString('utf8')))
    return savedFileSubject(readSavedPlan(bytes.toString('utf8')), file, { env, now, endpoint });
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { findings };
  let subject: PolicySubject | null = null;
  const planned = await planFrom((from) =>
    planFleet(text, file, {
      ...defaults,
      from,
      onJudge: (one) => {
        subject = { ...one, env };
      },
    }),
  );
  return subject ?? { findings: planned.findings };
}
