/** Who must approve a saved plan and its waves, who has approved, and who still may: what reviewers see. */
import { approversOf, isAuthor, type Judgement, judgeApprovals } from '../../approval/judge-approvals.ts';
import type { ApprovalFile, Approvals, Message, Policy, SavedPlan } from '../../model.ts';
import { approvalsByPolicy, type PolicySubject } from '../../policy/judge-policy.ts';
import { approvalExpiryOf } from '../../policy/tighten.ts';

/** The approvals of a plan, or of one of its waves. */
export interface ApprovalState {
  /** null: the whole plan. */
  readonly wave: string | null;
  /** One for each list of people: that of the plan first, then those of the policy. */
  readonly lists: readonly ApprovalList[];
  readonly isEnough: boolean;
  /** Files that do not count, and why. */
  readonly rejected: readonly { readonly file: string; readonly reason: Message }[];
}

/** A list of people; some of them must approve. */
export interface ApprovalList {
  /** The place of the rule of the policy that demands it: `/etc/refit/policy.yaml:4`; null: the plan itself. */
  readonly rule: string | null;
  readonly need: number;
  readonly have: number;
  readonly people: readonly ApprovalPerson[];
}

/** `author`: made the plan, and may not approve it. */
export interface ApprovalPerson {
  readonly name: string;
  readonly state: 'approved' | 'open' | 'author';
  readonly keys: readonly {
    readonly kind: 'ssh' | 'passkey';
    readonly fingerprint: string;
    /** Where a passkey approves; empty for an SSH key. */
    readonly origins: readonly string[];
  }[];
  /** null: this person has not approved. */
  readonly approval: Pick<ApprovalFile, 'key' | 'issuedAt' | 'expiresAt'> | null;
}

/**
 * @param subject what is offered for the plan, with the time.
 * @returns the plan first, then each wave that needs its own approval. A plan without approvals has none.
 */
export function approvalStates(saved: SavedPlan, policy: Policy, subject: PolicySubject): ApprovalState[] {
  const { now } = subject;
  const offered = subject.offered ?? [];
  const limit = approvalExpiryOf(policy);
  const own = (wave: number | null) => judgeApprovals(saved, wave, offered, now, limit);
  const ofPlan = saved.approvals === undefined ? null : { approvals: saved.approvals, judgement: own(null) };
  const lists = [
    ...(ofPlan === null ? [] : [listOf(null, ofPlan.approvals, ofPlan.judgement)]),
    ...approvalsByPolicy(policy, subject).map(({ rule, approvals, judgement }) =>
      listOf(`${rule.location.file}:${rule.location.line}`, approvals, judgement),
    ),
  ];
  const plan: ApprovalState[] =
    lists.length === 0
      ? []
      : [{ wave: null, lists, isEnough: lists.every(isMet), rejected: rejectedIn(ofPlan?.judgement) }];
  const waves = saved.waves.flatMap(({ name, approval }, at): ApprovalState[] => {
    if (approval === undefined || saved.approvals === undefined) return [];
    const judgement = own(at);
    const list = listOf(null, saved.approvals, judgement);
    return [{ wave: name, lists: [list], isEnough: judgement.enough, rejected: rejectedIn(judgement) }];
  });
  return [...plan, ...waves];
}

const isMet = ({ need, have }: ApprovalList): boolean => have >= need;

/** Without those that are about another wave or the plan, which their own state shows. */
function rejectedIn(judgement: Judgement | undefined): ApprovalState['rejected'] {
  return (judgement?.rejected ?? []).filter(({ reason }) => reason.id !== 'approval.other-wave');
}

function listOf(rule: string | null, approvals: Approvals, { counted }: Judgement): ApprovalList {
  const byName = Map.groupBy(approversOf(approvals), ({ name }) => name);
  const people = [...byName].map(([name, entries]): ApprovalPerson => {
    const found = counted.find((one) => one.approval.by === name)?.approval;
    return {
      name,
      state: found !== undefined ? 'approved' : isAuthor(approvals, name) ? 'author' : 'open',
      keys: entries.map(({ key }) => ({
        kind: key.kind,
        fingerprint: key.fingerprint,
        origins: key.kind === 'passkey' ? key.origins : [],
      })),
      approval: found === undefined ? null : approvalOf(found),
    };
  });
  return { rule, need: approvals.need, have: counted.length, people };
}

function approvalOf({ key, issuedAt, expiresAt }: ApprovalFile): NonNullable<ApprovalPerson['approval']> {
  return { key, issuedAt, expiresAt };
}
