/** What the person who applies demands of every plan, whatever a plan says. */
import type { ApprovalFile, Approver } from './approval.ts';
import type { SourceLocation } from './finding.ts';
import type { Message } from './message.ts';
import type { Money } from './money.ts';
import type { Comparison } from './rollout.ts';
import type { SavedWindows } from './windows.ts';

/** The plans that a required approval is about. Every key that is present must match. */
export interface PolicyCondition {
  /** A step is in one of these regions. */
  readonly regions?: readonly string[];
  /** An instance carries each of these tags with one of its values. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  /** The number of instances to change. */
  readonly instances?: Comparison;
  /** The cost of the plan. An unknown cost matches. */
  readonly cost?: Pick<Comparison, 'operator'> & Money;
  /** A step makes an instance smaller. */
  readonly shrink?: true;
}

/** People who sign, with the file that lists them as the policy names it. */
export interface PolicySigners {
  readonly need: number;
  readonly from: string;
  readonly signers: readonly Approver[];
}

/** What an allow-list is about. */
export type PolicyList = 'profiles' | 'regions' | 'endpoints' | 'hooks' | 'hosts';

/** What a limit is about. The durations are milliseconds. */
export type PolicyAmount =
  | 'instances'
  | 'requestsPerSecond'
  | 'inFlight'
  | 'inFlightInRegion'
  | 'planExpiry'
  | 'approvalExpiry';

/** One demand of a policy. A demand can only refuse: no demand permits what another refuses. */
export type PolicyDemand =
  | ({ readonly kind: 'approvals'; readonly when: PolicyCondition | null } & PolicySigners)
  | ({ readonly kind: 'plannedBy' } & PolicySigners)
  | { readonly kind: 'windows'; readonly windows: SavedWindows }
  | { readonly kind: 'maxAge'; readonly most: number }
  | { readonly kind: 'list'; readonly of: PolicyList; readonly allowed: readonly string[] }
  /** The environment variables that hooks and gate commands may get beside those of Refit. */
  | { readonly kind: 'hookEnvironment'; readonly allowed: readonly string[] }
  /** No webhook and no gate may reach a private address. */
  | { readonly kind: 'noPrivateAddresses' }
  | { readonly kind: 'limit'; readonly of: PolicyAmount; readonly most: number }
  | { readonly kind: 'cost'; readonly most: Pick<Comparison, 'operator'> & Money };

/** A demand with the key that states it, such as `limit.instances`, and where. */
export type PolicyRule = PolicyDemand & { readonly key: string; readonly location: SourceLocation };

/** The demands of one policy file or of several. The empty policy demands nothing. */
export interface Policy {
  /** The files that it comes from, in the order of reading. */
  readonly files: readonly string[];
  readonly rules: readonly PolicyRule[];
}

/** The policy that a process of a run kept to. */
export interface PolicyUsed {
  /** SHA-256, hex, over the demands of all files: meaning, not bytes. */
  readonly digest: string;
  readonly files: readonly string[];
}

/** A rule in words, for reviewers. */
export interface StatedRule {
  /** Such as `limit.instances`. */
  readonly key: string;
  /** Such as `at most 50`. */
  readonly demands: string;
  readonly location: SourceLocation;
}

/** The policy that holds today, with what it demands. */
export interface PolicyInForce extends PolicyUsed {
  readonly rules: readonly StatedRule[];
}

/**
 * How a plan stands to one rule. `unsigned`: only signatures are missing. `unknown`: the fact is not known at this time,
 * and `apply` judges it. `idle`: the rule does not concern this plan.
 */
export type PolicyStatus = 'met' | 'refused' | 'unsigned' | 'unknown' | 'idle';

/** The judgement of one rule. */
export interface JudgedRule {
  readonly rule: PolicyRule;
  readonly status: PolicyStatus;
  /** Why; null for a rule that is met or idle. */
  readonly reason: Message | null;
  /** The approvals that meet a rule about approvals; absent for other rules. */
  readonly approvals?: readonly ApprovalFile[];
}
