/** Judges a saved plan for a run: with the policy, the signatures, the tags and the prices as they are now. */
import { join } from 'node:path';
import type { Policy, SavedPlan } from '../model.ts';
import { judgePolicy } from '../policy/judge-policy.ts';
import { refusalOf } from '../policy/policy-findings.ts';
import { usedPolicy, windowsOf } from '../policy/tighten.ts';
import type { AskPolicy } from '../run/policy-gate.ts';
import type { Connection } from './connect.ts';
import { needsTags, readPresent, savedSubject } from './policy-subject.ts';
import { needsPrices, priceAgain } from './price-again.ts';

/** What the judgement reads. */
interface AskOptions {
  readonly read: () => Promise<Policy>;
  /** The path of the saved plan; null: only the run directory has it. */
  readonly savedFile: string | null;
  readonly connection: Pick<Connection, 'cloud' | 'clock' | 'env'>;
}

export function createPolicyAsk(saved: SavedPlan, { read, savedFile, connection }: AskOptions): AskPolicy {
  const { cloud, clock, env } = connection;
  let repriced: SavedPlan | null = null;
  return async (directory) => {
    const policy = await read();
    const used = usedPolicy(policy);
    if (used === null) return { used, windows: [], refusal: null };
    const known = { now: clock.now(), env, endpoint: cloud.endpoint, directory };
    const subject = await savedSubject(saved, savedFile ?? join(directory, 'plan.json'), known);
    // Before it reads the provider, Refit refuses what it can. What is not known yet only ever refuses more.
    const early = refusalOf(judgePolicy(policy, { ...subject, plan: repriced ?? saved }));
    if (early?.status === 'refused' || !(needsTags(policy) || needsPrices(policy)))
      return { used, windows: windowsOf(policy), refusal: early };
    const present = await readPresent(cloud, saved);
    const tags = new Map([...present].map(([id, one]) => [id, one.tags]));
    // The prices of today hold for the whole process.
    if (needsPrices(policy)) repriced ??= await priceAgain(cloud, saved, present);
    const refusal = refusalOf(judgePolicy(policy, { ...subject, plan: repriced ?? saved, tags }));
    return { used, windows: windowsOf(policy), refusal };
  };
}
