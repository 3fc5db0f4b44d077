/** What a reviewer is shown of a plan. */
import type { Finding } from './finding.ts';
import type { SavedPlan } from './saved-plan.ts';

/**
 * What `plan` and `show` put before a reviewer: the sealed plan, or what it would have been and why it was refused.
 * `blocked`: nothing was sealed. `no-change`: everything already fits; sealed, and there is nothing to apply.
 */
export interface Review {
  readonly verdict: 'ready' | 'blocked' | 'no-change';
  /** The plan with its digest; for `blocked` the same value unsealed (digest empty), for showing only. */
  readonly plan: SavedPlan;
  /** Every finding: those that block first. Includes those of the blocked targets and those of the saved plan. */
  readonly findings: readonly Finding[];
  /** The exact command to type next; null where there is none. */
  readonly next: string | null;
  /** Only the text was looked at, and nothing was planned; absent: it was. */
  readonly unplanned?: 'valid' | 'invalid';
}
