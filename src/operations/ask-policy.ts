/** Judges a saved plan for a run: with the policy, the signatures, the tags and the prices as they are now. */
import type { ApprovalFile, JudgedRule, Policy, SavedPlan } from '../model.ts';
import { judgePolicy } from '../policy/judge-policy.ts';
import { refusalOf } from '../policy/policy-findings.ts';
import { approvalExpiryOf, inFlightInRegionOf, usedPolicy, windowsOf } from '../policy/tighten.ts';
import { type AskPolicy, PERMITTED, type PolicyVerdict } from '../run/policy-gate.ts';
import type { Connection } from './connect.ts';
import { needsTags, readPresent, savedSubject } from './policy-subject.ts';
import { needsPrices, priceAgain } from './price-again.ts';

/** What the judgement reads. */
interface AskOptions {
  readonly read: () => Promise<Policy>;
  readonly connection: Pick<Connection, 'cloud' | 'clock' | 'env'>;
}

export function createPolicyAsk(saved: SavedPlan, { read, connection }: AskOptions): AskPolicy {
  const { cloud, clock, env } = connection;
  let repriced: SavedPlan | null = null;
  return async (signatures) => {
    const policy = await read();
    const used = usedPolicy(policy);
    if (used === null) return PERMITTED;
    const verdictOf = (judged: readonly JudgedRule[]): PolicyVerdict => ({
      used,
      windows: windowsOf(policy),
      approvalExpiry: approvalExpiryOf(policy),
      inFlightInRegion: inFlightInRegionOf(policy),
      approvals: approvalsIn(judged),
      refusal: refusalOf(judged),
    });
    const known = { now: clock.now(), env, endpoint: cloud.endpoint };
    const subject = await savedSubject(saved, signatures, known);
    // Before it reads the provider, Refit refuses what it can. What is not known yet only ever refuses more.
    const early = verdictOf(judgePolicy(policy, { ...subject, plan: repriced ?? saved }));
    if (early.refusal?.status === 'refused' || !(needsTags(policy) || needsPrices(policy))) return early;
    const present = await readPresent(cloud, saved);
    const tags = new Map([...present].map(([id, one]) => [id, one.tags]));
    // The prices of today hold for the whole process.
    if (needsPrices(policy)) repriced ??= await priceAgain(cloud, saved, present);
    return verdictOf(judgePolicy(policy, { ...subject, plan: repriced ?? saved, tags }));
  };
}

/** The approvals that met any rule, each once. */
function approvalsIn(judged: readonly JudgedRule[]): ApprovalFile[] {
  const all = judged.flatMap(({ approvals = [] }) => approvals);
  return [...new Map(all.map((one) => [one.signature, one])).values()];
}
