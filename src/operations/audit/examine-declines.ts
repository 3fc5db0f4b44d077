/** Checks the declines that a run keeps, for `refit audit verify`. Pure: other code reads the files. */
import type { Offered } from '../../approval/judge-approvals.ts';
import { judgeDeclines } from '../../approval/judge-declines.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { SavedPlan } from '../../model.ts';
import { escapeControls } from '../../text.ts';

/**
 * A text that is forged or changed is a fault. A decline that holds is a warning: the person may have declined after the last
 * wave started, and the time in it is by their own clock.
 */
export function examineDeclines(saved: Pick<SavedPlan, 'digest' | 'approvals'>, kept: readonly Offered[]) {
  const { declines, damaged, rejected } = judgeDeclines(saved, kept);
  const faults = [...damaged, ...rejected].map(({ file, reason }) => `${file}: ${textOf(reason)}`);
  const holding = declines.filter(({ withdrawn }) => withdrawn === null);
  const unsigned = declines.filter(({ signed, withdrawn }) => withdrawn !== null && !signed);
  return {
    declines,
    faults: faults.map(escapeControls),
    warnings: [
      ...holding.map((decline) => `not withdrawn: ${textOf(message('decline.holds', { decline }))}`),
      ...unsigned.map((decline) => `not verified: ${textOf(message('decline.withdrawn', { decline }))}`),
    ].map(escapeControls),
  };
}
