/** Adds to the review of a plan what the policy says about it. The policy is never sealed into the plan. */
import type { PlanReview, Policy } from '../model.ts';
import { nextCommand, shellQuote } from '../next-command.ts';
import { bySeverity } from '../plan/plan-findings.ts';
import { judgePolicy, type PolicySubject } from './judge-policy.ts';
import { policyFindings } from './policy-findings.ts';
import { usedPolicy } from './tighten.ts';

/**
 * A plan that the policy refuses is blocked, so Refit writes no saved plan. Missing signatures are warnings.
 * @param saveAs the file of the saved plan, for the next command; null if Refit does not write it.
 */
export function withPolicy(
  beforePolicy: PlanReview,
  policy: Policy,
  subject: PolicySubject,
  saveAs: string | null,
): PlanReview {
  const review = { ...beforePolicy, policy: usedPolicy(policy) };
  if (review.plan.steps.length === 0) return review;
  const found = policyFindings(judgePolicy(policy, subject));
  if (found.length === 0) return review;
  const findings = bySeverity([...review.findings, ...found]);
  if (review.verdict === 'blocked' || found.some(({ severity }) => severity === 'error')) {
    const { digest: _, ...plan } = { digest: '', ...review.plan };
    return {
      verdict: 'blocked',
      plan,
      findings,
      policy: review.policy,
      next: nextCommand('blocked', plan, saveAs, findings),
    };
  }
  const isUnapproved = found.some(({ code }) => code === 'Refit.PolicyApprovals');
  const next =
    isUnapproved && review.verdict === 'ready' && saveAs !== null
      ? `refit approve ${shellQuote(saveAs)}`
      : review.next;
  return { ...review, findings, next };
}
