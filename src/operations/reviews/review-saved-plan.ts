/** The review of a saved plan as it is now: the plan, what people signed, and what the policy says today. */
import type { JudgedDeclines } from '../../approval/judge-declines.ts';
import { given } from '../../given.ts';
import { message } from '../../messages/messages.ts';
import type { Finding, Policy, SavedPlan, SealedReview } from '../../model.ts';
import { approveCommand, nextCommand, planAgain } from '../../next-command.ts';
import { policyInForce } from '../../policy/describe-policy.ts';
import { judgePolicy } from '../../policy/judge-policy.ts';
import { policyFindings } from '../../policy/policy-findings.ts';
import { nextByPolicy } from '../../policy/review-policy.ts';
import { createFinding } from '../../rules/check.ts';
import { type ApprovalState, approvalStates } from '../approvals/approval-state.ts';
import { declineFindings, declinesOf, withdrawalNotes } from '../approvals/decline-plan.ts';
import { savedSubject } from '../policy-subject.ts';
import type { NamedPlan } from '../runs/open-plan.ts';
import { readPlanners } from '../sign-plan.ts';

/**
 * Where a saved plan stands: what must happen before somebody applies it. `refused`: the policy refuses it. `unapproved`:
 * people have not approved it yet. `ready`: nothing.
 */
export type ReviewStage = 'declined' | 'no-change' | 'expired' | 'refused' | 'unapproved' | 'ready';

/** A saved plan under review. */
export interface SavedPlanReview {
  readonly review: SealedReview;
  readonly stage: ReviewStage;
  /** The plan, then each wave that needs its own approval. */
  readonly approvals: readonly ApprovalState[];
  readonly declines: JudgedDeclines;
  /** The finding that the plan has expired; null: it has not. */
  readonly expired: Finding | null;
  /** Why signatures and withdrawals do not count, one line each. Not escaped. */
  readonly notes: readonly string[];
}

/** What is known besides the plan. */
export interface ReviewFacts {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly policy: Policy;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the provider is; null: not known. */
  readonly endpoint: string | null;
  /** What has changed in the fleet since the plan; absent: nobody looked. */
  readonly drifted?: readonly Finding[];
}

/** @param file the name of the plan in commands: a path, or the run that has it. */
export async function reviewSavedPlan(
  { saved, signatures }: NamedPlan,
  file: string,
  { now, policy, env, endpoint, drifted = [] }: ReviewFacts,
): Promise<SavedPlanReview> {
  const verdict = saved.steps.length === 0 ? 'no-change' : 'ready';
  const subject = await savedSubject(saved, signatures, { now, env, endpoint });
  const judged = verdict === 'ready' ? policyFindings(judgePolicy(policy, subject)) : [];
  const approvals = approvalStates(saved, policy, subject);
  const judgedDeclines = await declinesOf(saved, signatures);
  const declined = declineFindings(judgedDeclines);
  const expired = expiryFinding(saved, file, now);
  const blocked = saved.blocked.flatMap(({ findings }) => findings);
  const { plannedBy, notes } = await readPlanners(saved, signatures, policy);
  const findings = [
    ...blocked,
    ...declined,
    ...(expired === null ? [] : [expired]),
    ...drifted,
    ...judged,
    ...saved.findings,
  ];
  const stage = stageOf({ verdict, declined, expired, judged, approvals });
  const next =
    expired !== null && verdict === 'ready'
      ? planAgain(saved, file)
      : declined.length > 0
        ? null
        : (nextByPolicy(judged, policy, file) ?? nextByPlan(saved, file, { verdict, approvals, findings }));
  return {
    review: {
      ...{ verdict, plan: saved, findings, next, policy: policyInForce(policy) },
      ...given({ plannedBy, declines: judgedDeclines.declines }),
    },
    stage,
    approvals,
    declines: judgedDeclines,
    expired,
    notes: [...notes, ...withdrawalNotes(judgedDeclines)],
  };
}

function stageOf({
  verdict,
  declined,
  expired,
  judged,
  approvals,
}: Pick<SealedReview, 'verdict'> &
  Pick<SavedPlanReview, 'expired' | 'approvals'> &
  Readonly<Record<'declined' | 'judged', readonly Finding[]>>): ReviewStage {
  if (declined.length > 0) return 'declined';
  if (verdict === 'no-change') return 'no-change';
  if (expired !== null) return 'expired';
  if (judged.some(({ severity }) => severity === 'error')) return 'refused';
  return approvals.every(({ wave, isEnough }) => wave !== null || isEnough) ? 'ready' : 'unapproved';
}

function expiryFinding(saved: SavedPlan, file: string, now: number): Finding | null {
  const { expiresAt } = saved;
  if (Date.parse(expiresAt) >= now) return null;
  const params = { expiresAt, command: planAgain(saved, file) };
  return createFinding('Refit.Expired', message('saved-plan.expired', params));
}

/** `apply` if enough people have approved the plan, else the command for those who have not. */
function nextByPlan(
  saved: SavedPlan,
  file: string,
  {
    verdict,
    approvals,
    findings,
  }: Pick<SealedReview, 'verdict' | 'findings'> & Pick<SavedPlanReview, 'approvals'>,
): string | null {
  const { approvals: asked, ...rest } = saved;
  const ofPlan = approvals.find(({ wave }) => wave === null);
  if (verdict === 'no-change' || asked === undefined || (ofPlan?.isEnough ?? true))
    return nextCommand(verdict, rest, file, findings);
  const open = new Set(
    ofPlan!.lists
      .flatMap(({ people }) => people.filter(({ state }) => state === 'open'))
      .map(({ name }) => name),
  );
  return file === '-'
    ? null
    : approveCommand(
        file,
        asked.approvers.filter(({ name }) => open.has(name)),
      );
}
