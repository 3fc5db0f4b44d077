/** The policy of the person who applies, as a run asks it: before the question, at each start, and before each wave. */
import { RefitError } from '../errors.ts';
import type { PolicyUsed, SavedWindows } from '../model.ts';
import { type PolicyRefusal, refusalText } from '../policy/policy-findings.ts';

/** What the policy says now. Its files and the signatures were read again. */
export interface PolicyVerdict {
  /** Null without a policy file. */
  readonly used: PolicyUsed | null;
  /** The windows of the policy, which hold beside those of the plan. */
  readonly windows: readonly SavedWindows[];
  /** Null if it permits the plan. */
  readonly refusal: PolicyRefusal | null;
}

/** Reads the policy and judges the plan. @throws RefitError if a policy file is not valid. */
export type AskPolicy = (directory: string) => Promise<PolicyVerdict>;

const NO_POLICY: PolicyVerdict = { used: null, windows: [], refusal: null };

/** Asks before a run starts. @throws RefitError `policy-refused`; `not-approved` if only signatures are missing. */
export async function mustPermit(ask: AskPolicy | undefined, directory: string): Promise<PolicyVerdict> {
  const verdict = (await ask?.(directory)) ?? NO_POLICY;
  const { refusal } = verdict;
  if (refusal === null) return verdict;
  throw new RefitError(
    refusal.status === 'refused' ? 'policy-refused' : 'not-approved',
    `${refusalText(refusal)}\nnothing was ordered`,
    refusal.fix,
  );
}
