/**
 * Judges a plan by a policy: one judgement for each rule. Pure. `plan`, `approve`, `apply` and `policy check` use the same
 * function, with the facts that each of them knows.
 */
import { isForbiddenHost } from '../addresses.ts';
import { namesOf } from '../approval/check-approvers.ts';
import { type Judgement, judgeApprovals, type Offered } from '../approval/judge-approvals.ts';
import { CLOCK_SKEW, iso } from '../clock.ts';
import { message } from '../messages/messages.ts';
import type {
  Approvals,
  JudgedRule,
  Message,
  Policy,
  PolicyAmount,
  PolicyCondition,
  PolicyList,
  PolicyRule,
  PolicySigners,
  SavedPlan,
  UnsealedPlan,
} from '../model.ts';
import { money, sumPrices } from '../money.ts';
import { effectsOf, hostEffects, programEffects } from '../plan/effects.ts';
import { compare } from '../plan/parse/quantity.ts';
import { endpointMatches, hostMatches, hostNameOf } from './hosts.ts';
import { approvalExpiryOf } from './tighten.ts';
import { windowsReason } from './windows-inside.ts';

/** A plan with what is known about it at this time. A fact that is null is judged later, by `apply`. */
export interface PolicySubject {
  readonly plan: UnsealedPlan | SavedPlan;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Where the provider is. */
  readonly endpoint: string | null;
  /** The tags of each instance, as read from the provider. */
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>> | null;
  /** The environment of the machine that applies. */
  readonly env: Readonly<Record<string, string | undefined>> | null;
  /** The keys whose signatures over the saved plan are verified: `ssh-ed25519 AAAA…` each. */
  readonly verifiedPlanners: readonly string[] | null;
  /** The files that may be approvals. */
  readonly offered: readonly Offered[] | null;
}

/** One judgement for each rule, in the order of the policy. */
export function judgePolicy(policy: Policy, subject: PolicySubject): JudgedRule[] {
  return policy.rules.map((rule) => ({ rule, ...judge(rule, policy, subject) }));
}

type Judged = Omit<JudgedRule, 'rule'>;

const MET: Judged = { status: 'met', reason: null };
const IDLE: Judged = { status: 'idle', reason: null };
const refused = (reason: Message | null): Judged => (reason === null ? MET : { status: 'refused', reason });

function judge(rule: PolicyRule, policy: Policy, subject: PolicySubject): Judged {
  const { plan, now } = subject;
  switch (rule.kind) {
    case 'approvals':
      return judgeSigners(rule, policy, subject);
    case 'plannedBy':
      return judgePlanners(rule, subject);
    case 'windows':
      return refused(windowsReason(rule.windows, plan, now));
    case 'maxAge':
      return refused(ageReason(rule.most, plan, now));
    case 'list':
      return judgeList(rule.of, rule.allowed, subject);
    case 'hookEnvironment':
      return IDLE;
    case 'noPrivateAddresses': {
      const hosts = hostsOf(subject).names.filter((host) => isForbiddenHost(host, { private: false }));
      return refused(hosts.length === 0 ? null : message('policy.private-address', { hosts }));
    }
    case 'limit': {
      if (rule.of === 'approvalExpiry') return judgeExpiry(rule.most, subject);
      // The run keeps to it, whatever the plan says.
      if (rule.of === 'inFlightInRegion') return IDLE;
      const { of, most } = rule;
      const value = amountOf(of, plan, now);
      return refused(value <= most ? null : message('policy.limit', { of, most, value }));
    }
    case 'cost': {
      const { most } = rule;
      const cost = costOf(plan, most.currency);
      if ('unknown' in cost) return refused(message('policy.cost-unknown', { most, step: cost.unknown }));
      const { total } = cost;
      const isWithin = plan.steps.length === 0 || compare(total, most.operator, most.amount);
      return refused(isWithin ? null : message('policy.cost', { most, total }));
    }
  }
}

function ageReason(most: number, { sealedAt }: UnsealedPlan, now: number): Message | null {
  const age = now - Date.parse(sealedAt);
  if (age < -CLOCK_SKEW) return message('policy.sealed-later', { sealedAt, now: iso(now) });
  return age > most ? message('policy.too-old', { most, age }) : null;
}

function amountOf(
  of: Exclude<PolicyAmount, 'approvalExpiry' | 'inFlightInRegion'>,
  { steps, execution, sealedAt, expiresAt }: UnsealedPlan,
  now: number,
): number {
  switch (of) {
    case 'instances':
      return new Set(steps.map(({ instance }) => instance)).size;
    case 'requestsPerSecond':
    case 'inFlight':
      return execution[of];
    case 'planExpiry':
      // A plan that was sealed for a later time counts from now.
      return Date.parse(expiresAt) - Math.min(now, Date.parse(sealedAt));
  }
}

/**
 * The sum of the quotes in one currency, or a step whose price is not known in it. A refund does not lower the cost, so
 * that it cannot hide another price.
 */
function costOf(
  { steps }: Pick<UnsealedPlan, 'steps'>,
  currency: string,
): { readonly total: number } | { readonly unknown: string } {
  const open = steps.find(({ quote }) => quote === null || quote.currency !== currency);
  if (open !== undefined) return { unknown: open.id };
  const costs = steps.map(({ instance, quote }) => ({
    instance,
    quote: { ...quote!, amount: Math.max(0, quote!.amount) },
  }));
  return { total: money(sumPrices(costs).reduce((sum, { amount }) => sum + amount, 0)) };
}

function judgeList(of: PolicyList, allowed: readonly string[], subject: PolicySubject): Judged {
  const { plan, endpoint } = subject;
  const judgeUsed = (used: readonly string[], fits: (entry: string, one: string) => boolean): Judged => {
    const others = [...new Set(used)].filter((one) => !allowed.some((entry) => fits(entry, one)));
    return refused(others.length === 0 ? null : message('policy.not-allowed', { of, allowed, used: others }));
  };
  const isSame = (entry: string, one: string) => entry === one;
  switch (of) {
    case 'profiles':
      return judgeUsed(
        plan.steps.map(({ profile }) => profile),
        isSame,
      );
    case 'regions':
      return judgeUsed(
        plan.steps.map(({ region }) => region),
        isSame,
      );
    case 'hooks':
      return judgeUsed(
        programEffects(effectsOf(plan)).map(({ program }) => program),
        isSame,
      );
    case 'endpoints':
      if (endpoint === null) return { status: 'unknown', reason: message('policy.endpoint-later') };
      return judgeUsed([endpoint], endpointMatches);
    case 'hosts': {
      const { names, later } = hostsOf(subject);
      const judged = judgeUsed(names, hostMatches);
      if (judged.status === 'refused' || later.length === 0) return judged;
      return { status: 'unknown', reason: message('policy.address-in-environment', { names: later }) };
    }
  }
}

/**
 * The hosts that webhooks and gates reach. A text that is no address is its own host, which no list has.
 * `later`: the variables with addresses that are not known yet.
 */
function hostsOf({ plan, env }: PolicySubject): { readonly names: string[]; readonly later: string[] } {
  const names: string[] = [];
  const later: string[] = [];
  for (const effect of hostEffects(effectsOf(plan))) {
    const urlEnv = effect.kind === 'webhook' && effect.url === null ? effect.urlEnv : null;
    if (urlEnv !== null && env === null) later.push(urlEnv);
    // Without an address Refit sends nothing.
    const url = urlEnv === null ? effect.url : env?.[urlEnv];
    if (url) names.push(hostNameOf(url) ?? (urlEnv === null ? url : `the address in ${urlEnv}`));
  }
  return { names: [...new Set(names)], later };
}

/** Whether a plan needs the approvals of a rule: `maybe` if a fact is not known, which `apply` counts as yes. */
function applies(when: PolicyCondition | null, { plan, tags }: PolicySubject): 'yes' | 'no' | 'maybe' {
  if (when === null) return 'yes';
  const { regions, instances, cost, shrink } = when;
  const { steps } = plan;
  const changed = new Set(steps.map(({ instance }) => instance));
  if (regions !== undefined && !steps.some(({ region }) => regions.includes(region))) return 'no';
  if (instances !== undefined && !compare(changed.size, instances.operator, instances.value)) return 'no';
  if (shrink === true && !steps.some(isShrink)) return 'no';
  if (cost !== undefined) {
    const known = costOf(plan, cost.currency);
    if ('total' in known && !compare(known.total, cost.operator, cost.amount)) return 'no';
  }
  if (when.tags === undefined) return 'yes';
  const wanted = Object.entries(when.tags);
  const carries = [...changed].map((instance) => {
    const own = tags?.get(instance);
    if (own === undefined) return 'maybe';
    return wanted.every(([key, values]) => Object.hasOwn(own, key) && values.includes(own[key]!))
      ? 'yes'
      : 'no';
  });
  return carries.includes('yes') ? 'yes' : carries.includes('maybe') ? 'maybe' : 'no';
}

function isShrink({ before, after }: SavedPlan['steps'][number]): boolean {
  return (
    after.memoryPerShard * after.shards < before.memoryPerShard * before.shards ||
    after.memoryPerShard < before.memoryPerShard ||
    after.shards < before.shards ||
    after.replicas < before.replicas
  );
}

type ApprovalRule = Extract<PolicyRule, { kind: 'approvals' }>;

/**
 * The approvals that a rule demands, in the form in which a plan states its own. Its signers who planned cannot approve.
 * @param plan its owner and the authors of its own approvals cannot approve either.
 * @param planners names of people who planned: they may have another key to approve, such as a passkey.
 */
export function approvalsBy(
  { need, signers }: PolicySigners,
  { owner, approvals }: Pick<UnsealedPlan, 'owner' | 'approvals'>,
  verifiedPlanners: readonly string[] | null,
  planners: readonly string[] = [],
): Approvals {
  const planned = signersWith({ signers }, verifiedPlanners).map(({ name }) => name);
  return {
    need,
    authors: [...new Set([...(approvals?.authors ?? []), ...(owner === null ? [] : [owner]), ...planners])],
    // Who planned with one key cannot approve with another one.
    approvers: signers.filter(({ name }) => !planned.includes(name)),
  };
}

/** The people of a list who planned. @param keys as `verifiedPlanners`. */
function signersWith({ signers }: Pick<PolicySigners, 'signers'>, keys: readonly string[] | null) {
  return signers.filter(({ key }) => keys?.includes(key));
}

/** The approvals that count for a plan: those that it asks for itself, and those of the policy. */
export function approvalLists(
  saved: Pick<UnsealedPlan, 'owner' | 'approvals'>,
  { rules }: Pick<Policy, 'rules'>,
): Approvals[] {
  const required = rules.flatMap((rule) =>
    rule.kind === 'approvals' ? [approvalsBy(rule, saved, null)] : [],
  );
  return [...(saved.approvals ? [saved.approvals] : []), ...required];
}

/** What one rule about approvals demands of a plan, and what is offered for it. */
export interface ApprovalsByRule {
  readonly rule: ApprovalRule;
  readonly approvals: Approvals;
  readonly judgement: Judgement;
  /** Whether the rule may not concern the plan: a tag is not known yet. */
  readonly maybe: boolean;
}

/** The rules about approvals that concern a plan, in the order of the policy. */
export function approvalsByPolicy(policy: Policy, subject: PolicySubject): ApprovalsByRule[] {
  return policy.rules.flatMap((rule) =>
    rule.kind === 'approvals' ? (approvalsByRule(rule, policy, subject) ?? []) : [],
  );
}

/** Null: the rule does not concern the plan. */
function approvalsByRule(rule: ApprovalRule, policy: Policy, subject: PolicySubject): ApprovalsByRule | null {
  const { plan, now, verifiedPlanners, offered } = subject;
  const needed = applies(rule.when, subject);
  if (needed === 'no' || plan.steps.length === 0) return null;
  const planners = policy.rules.flatMap((one) =>
    one.kind === 'plannedBy' ? signersWith(one, verifiedPlanners).map(({ name }) => name) : [],
  );
  const approvals = approvalsBy(rule, plan, verifiedPlanners, planners);
  const isSealed = 'digest' in plan && offered !== null;
  const judgement = isSealed
    ? judgeApprovals({ ...plan, approvals }, null, offered, now, approvalExpiryOf(policy))
    : { enough: false, counted: [], rejected: [], missing: namesOf(approvals.approvers) };
  return { rule, approvals, judgement, maybe: needed === 'maybe' };
}

function judgeSigners(rule: ApprovalRule, policy: Policy, subject: PolicySubject): Judged {
  const asked = approvalsByRule(rule, policy, subject);
  if (asked === null) return IDLE;
  const { judgement, maybe } = asked;
  if (judgement.enough) return { ...MET, approvals: judgement.counted.map(({ approval }) => approval) };
  const { need, from, signers } = rule;
  const asks = signers.filter(({ name }) => judgement.missing.includes(name));
  const byPasskey = asks.length > 0 && asks.every(({ key }) => key.startsWith('passkey '));
  const reason = message('policy.approvals', {
    need,
    from,
    have: judgement.counted.map(({ approval }) => approval.by),
    missing: judgement.missing,
    rejected: judgement.rejected.map((one) => message('approval.does-not-count', one)),
    maybe,
    ...(byPasskey ? { byPasskey } : {}),
  });
  return { status: 'unsigned', reason };
}

/** Whether the plan's own approvals are still enough without those that are valid too long. */
function judgeExpiry(most: number, { plan, now, offered }: PolicySubject): Judged {
  const { approvals } = plan;
  if (approvals === undefined || offered === null || !('digest' in plan)) return IDLE;
  const { enough, counted, missing, rejected } = judgeApprovals(plan, null, offered, now, most);
  if (enough) return MET;
  const reason = message('policy.approval-expiry', {
    need: approvals.need,
    most,
    have: counted.map(({ approval }) => approval.by),
    missing,
    rejected: rejected.map((one) => message('approval.does-not-count', one)),
  });
  return { status: 'unsigned', reason };
}

/** Why a plan that only these keys sign has too few planners; null: it has enough. @param keys as `verifiedPlanners`. */
export function missingPlanners({ rules }: Policy, keys: readonly string[]): Message | null {
  const judged = rules.map((rule) =>
    rule.kind === 'plannedBy' ? judgePlanners(rule, { verifiedPlanners: keys }) : MET,
  );
  return judged.find(({ reason }) => reason !== null)?.reason ?? null;
}

function judgePlanners(
  { need, from, signers }: Extract<PolicyRule, { kind: 'plannedBy' }>,
  { verifiedPlanners }: Pick<PolicySubject, 'verifiedPlanners'>,
): Judged {
  const have = namesOf(signersWith({ signers }, verifiedPlanners));
  if (have.length >= need) return MET;
  const missing = namesOf(signers).filter((name) => !have.includes(name));
  return { status: 'unsigned', reason: message('policy.planner', { need, from, have, missing }) };
}
