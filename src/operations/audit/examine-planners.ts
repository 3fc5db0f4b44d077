/** Checks the signatures of planners in a run directory, for `refit audit verify`. Pure: other code reads the files. */
import type { Offered } from '../../approval/judge-approvals.ts';
import { judgePlanners } from '../../approval/judge-planners.ts';
import { textOf } from '../../messages/messages.ts';
import type { Approver, SavedPlan } from '../../model.ts';
import { escapeControls } from '../../text.ts';

/** @param signers people whose names count with their keys; null if the caller names none. */
export function examinePlanners(
  { digest }: Pick<SavedPlan, 'digest'>,
  kept: readonly Offered[],
  signers: { readonly file: string; readonly list: readonly Approver[] } | null,
) {
  const { planned, rejected } = judgePlanners(digest, kept, signers?.list ?? []);
  const faults = rejected.map(({ file, reason }) => `${file}: ${textOf(reason)}`);
  const good = planned
    .filter(({ verified }) => verified)
    .map(({ name, fingerprint, signedAt }) => `${name} at ${signedAt} with ${fingerprint}`);
  const warnings = planned
    .filter(({ verified }) => !verified)
    .map(
      ({ file, name, fingerprint }) =>
        `${file}: ${fingerprint} signed the plan and says ${name}: not verified`,
    );
  return {
    faults: faults.map(escapeControls),
    warnings: warnings.map(escapeControls),
    good: good.map(escapeControls),
  };
}
