/** The policy of the person who applies, as a run asks it: before the question, at each start, and before each wave. */
import { MOST_VALIDITY } from '../approval/judge-approvals.ts';
import { message } from '../messages/messages.ts';
import { refitError } from '../messages/refit-error.ts';
import type { ApprovalFile, PolicyUsed, SavedWindows } from '../model.ts';
import type { PolicyRefusal } from '../policy/policy-findings.ts';
import type { RunSignatures } from '../store/ports.ts';

/** What the policy says now. Its files and the signatures were read again. */
export interface PolicyVerdict {
  /** Null without a policy file. */
  readonly used: PolicyUsed | null;
  /** The windows of the policy, which hold beside those of the plan. */
  readonly windows: readonly SavedWindows[];
  /** Milliseconds from issue to expiry that an approval of the plan or of a wave may have at most. */
  readonly approvalExpiry: number;
  /** How many changes of an account may be in flight in one region, over all runs; null: no bound. */
  readonly inFlightInRegion: number | null;
  /** The approvals that met the rules of the policy, each once. */
  readonly approvals: readonly ApprovalFile[];
  /** Null if it permits the plan. */
  readonly refusal: PolicyRefusal | null;
}

/** Reads the policy and judges the plan. @throws RefitError if a policy file is not valid. */
export type AskPolicy = (signatures: RunSignatures) => Promise<PolicyVerdict>;

/** The verdict without a policy. */
export const PERMITTED: PolicyVerdict = {
  used: null,
  windows: [],
  approvalExpiry: MOST_VALIDITY,
  inFlightInRegion: null,
  approvals: [],
  refusal: null,
};

/** Asks before a run starts. @throws RefitError `policy-refused`; `not-approved` if only signatures are missing. */
export async function mustPermit(
  ask: AskPolicy | undefined,
  signatures: RunSignatures,
): Promise<PolicyVerdict> {
  const verdict = (await ask?.(signatures)) ?? PERMITTED;
  const { refusal } = verdict;
  if (refusal === null) return verdict;
  throw refitError(
    refusal.status === 'refused' ? 'policy-refused' : 'not-approved',
    message('error.policy-refuses', { reasons: refusal.reasons, undone: 'ordered' }),
  );
}
