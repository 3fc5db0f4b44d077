/** Turns judgements into findings for reviewers, and into one refusal for commands that stop. */
import { message, textOf } from '../messages/messages.ts';
import type { Finding, JudgedRule, Message, PolicyDemand, PolicyRule } from '../model.ts';
import { createFinding } from '../rules/check.ts';

const CODES = {
  approvals: 'Refit.PolicyApprovals',
  plannedBy: 'Refit.PolicyPlanner',
  windows: 'Refit.PolicyWindows',
  maxAge: 'Refit.PolicyAge',
  list: 'Refit.PolicyNotAllowed',
  hookEnvironment: 'Refit.PolicyNotAllowed',
  noPrivateAddresses: 'Refit.PolicyNotAllowed',
  limit: 'Refit.PolicyLimit',
  cost: 'Refit.PolicyLimit',
} as const satisfies Readonly<Record<PolicyDemand['kind'], string>>;

/** One finding for each rule that refuses the plan, or that misses signatures. The location is that of the rule. */
export function policyFindings(judged: readonly JudgedRule[]): Finding[] {
  return judged.flatMap(({ rule, status, reason }) =>
    reason !== null && (status === 'refused' || status === 'unsigned')
      ? [createFinding(CODES[rule.kind], reason, null, rule.location)]
      : [],
  );
}

/** Why the policy stops a command. `unsigned`: only signatures are missing. */
export interface PolicyRefusal {
  readonly status: 'refused' | 'unsigned';
  /** One for each rule, with the file and line that state it. */
  readonly reasons: readonly Message[];
  readonly fix: string;
}

/** Rules that refuse come before missing signatures. @returns null if the policy permits the plan. */
export function refusalOf(judged: readonly JudgedRule[]): PolicyRefusal | null {
  for (const status of ['refused', 'unsigned'] as const) {
    const own = judged.filter((one) => one.status === status);
    const [first] = policyFindings(own);
    if (first === undefined) continue;
    const reasons = own.flatMap(({ rule, reason }) =>
      reason === null ? [] : [message('policy.stated', { at: statedAt(rule), reason })],
    );
    return { status, reasons, fix: first.fix ?? '' };
  }
  return null;
}

/** `/etc/refit/policy.yaml:4` */
export function statedAt({ location: { file, line } }: Pick<PolicyRule, 'location'>): string {
  return `${file}:${line}`;
}

/** The reasons of a refusal, one on each line. */
export function refusalText({ reasons }: PolicyRefusal): string {
  return reasons.map((one) => textOf(one)).join('\n');
}
