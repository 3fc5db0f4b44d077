/**
 * The policy while a process carries out a run: asked again before each wave. The approvals that it required are kept
 * with the run and recorded in the journal, so that the evidence of a run has them.
 */
import { approvalFiles, signedOf } from '../approval/signed-files.ts';
import { type Clock, iso } from '../clock.ts';
import type { Recorded } from '../journal/recorded.ts';
import type { ApprovalFile, JournalEvent } from '../model.ts';
import type { RunSignatures } from '../store/ports.ts';
import { type AskPolicy, PERMITTED, type PolicyVerdict } from './policy-gate.ts';

/** Approvals for the policy as the journal records them. */
export type PolicyApproved = Extract<JournalEvent, { how: 'policy' }>;

/** What the policy of a run is asked with. */
interface Followed {
  /** Undefined: no policy holds. */
  readonly ask: AskPolicy | undefined;
  readonly signatures: RunSignatures;
  /** The journal, which grows. */
  readonly recorded: Pick<Recorded, 'hasForPolicy'>;
  readonly clock: Clock;
}

/** @param permitted the verdict with which the process started. */
export function followPolicy(permitted: PolicyVerdict, { ask, signatures, recorded, clock }: Followed) {
  let verdict = permitted;
  const keepApprovals = async (): Promise<PolicyApproved | null> => {
    const { approvals } = verdict;
    if (approvals.length > 0) await signatures.keep('policyApprovals', approvalFiles(approvals));
    return newApprovals(approvals, recorded, clock.now());
  };
  return {
    /** Milliseconds from issue to expiry that an approval may have at most now. */
    approvalExpiry: () => verdict.approvalExpiry,
    /** Keeps the approvals with the run. @returns the entry for those that the journal does not have. */
    keepApprovals,
    /** Judges again. The entry is as in `keepApprovals`. */
    async ask() {
      verdict = (await ask?.(signatures)) ?? PERMITTED;
      const { refusal } = verdict;
      return { refusal, event: refusal === null ? await keepApprovals() : null };
    },
  };
}

/** The entry for approvals that the journal does not have since the run was adopted last; null if it has all. */
export function newApprovals(
  approvals: readonly ApprovalFile[],
  recorded: Pick<Recorded, 'hasForPolicy'>,
  now: number,
): PolicyApproved | null {
  const added = approvals.filter(({ signature }) => !recorded.hasForPolicy(signature));
  if (added.length === 0) return null;
  const signed = added.map(signedOf);
  const by = signed.map((one) => one.by).join(', ');
  return { kind: 'approved', how: 'policy', by, judgedAt: iso(now), signed };
}
