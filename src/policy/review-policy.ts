/** Adds to the review of a plan what the policy says about it. The policy is never sealed into the plan. */
import type { Finding, PlanReview, Policy } from '../model.ts';
import { approveCommand, nextCommand, shellQuote } from '../next-command.ts';
import { bySeverity } from '../plan/plan-findings.ts';
import { policyInForce } from './describe-policy.ts';
import { judgePolicy, type PolicySubject } from './judge-policy.ts';
import { policyFindings } from './policy-findings.ts';

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
  const review = { ...beforePolicy, policy: policyInForce(policy) };
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
  const byPolicy = review.verdict === 'ready' && saveAs !== null ? nextByPolicy(found, policy, saveAs) : null;
  return { ...review, findings, next: byPolicy ?? review.next };
}

/** The command that comes before `apply` by the findings of the policy; null if there is none. */
export function nextByPolicy(
  found: readonly Finding[],
  { rules }: Pick<Policy, 'rules'>,
  savedFile: string,
): string | null {
  if (found.some(({ severity }) => severity === 'error'))
    return `refit policy check ${shellQuote(savedFile)}`;
  const isUnapproved = found.some(({ code }) => code === 'Refit.PolicyApprovals');
  const signers = rules.flatMap((rule) => (rule.kind === 'approvals' ? rule.signers : []));
  return isUnapproved && savedFile !== '-' ? approveCommand(savedFile, signers) : null;
}
