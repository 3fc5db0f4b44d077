/** Judges a saved plan for a run: with the policy, the signatures and the tags as they are now. */
import { join } from 'node:path';
import type { Policy, SavedPlan } from '../model.ts';
import { judgePolicy } from '../policy/judge-policy.ts';
import { refusalOf } from '../policy/policy-findings.ts';
import { usedPolicy, windowsOf } from '../policy/tighten.ts';
import type { AskPolicy } from '../run/policy-gate.ts';
import type { Connection } from './connect.ts';
import { needsTags, readTags, savedSubject } from './policy-subject.ts';

/** What the judgement reads. */
interface AskOptions {
  readonly read: () => Promise<Policy>;
  /** The path of the saved plan; null: only the run directory has it. */
  readonly savedFile: string | null;
  readonly connection: Pick<Connection, 'cloud' | 'clock' | 'env'>;
}

export function createPolicyAsk(saved: SavedPlan, { read, savedFile, connection }: AskOptions): AskPolicy {
  const { cloud, clock, env } = connection;
  return async (directory) => {
    const policy = await read();
    const used = usedPolicy(policy);
    if (used === null) return { used, windows: [], refusal: null };
    const known = { now: clock.now(), env, endpoint: cloud.endpoint, directory };
    const subject = await savedSubject(saved, savedFile ?? join(directory, 'plan.json'), known);
    // Before it reads the provider, Refit refuses what it can. Unknown tags only ever miss signatures.
    const early = refusalOf(judgePolicy(policy, subject));
    const isDecided = early?.status !== 'unsigned' || !needsTags(policy);
    const refusal = isDecided
      ? early
      : refusalOf(judgePolicy(policy, { ...subject, tags: await readTags(cloud, saved) }));
    return { used, windows: windowsOf(policy), refusal };
  };
}
