/** Policies and saved plans for tests. */
import type { Offered } from '../../src/approval/judge-approvals.ts';
import { canonicalDigest } from '../../src/digest.ts';
import type { JudgedRule, Policy, SavedPlan, UnsealedPlan } from '../../src/model.ts';
import { judgePolicy, type PolicySubject } from '../../src/policy/judge-policy.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { authenticator } from '../approval/authenticator.ts';
import { approversFile } from '../approval/people.ts';
import { savedPlan } from '../report/situations.ts';

/** Their passkeys are in `passkeys.yaml`. */
export const PASSKEYS = ['wei', 'jun', 'dba'].map((name) => authenticator(name));

/** Files beside a policy. `approvers.yaml` lists wei, jun and li; `planners.yaml` lists dba. */
const BESIDE: Readonly<Record<string, string>> = {
  'approvers.yaml': approversFile(['wei', 'jun', 'li']),
  'planners.yaml': approversFile(['dba']),
  'passkeys.yaml': PASSKEYS.map(({ name, passkey }) => `- { name: ${name}, key: ${passkey.line} }\n`).join(
    '',
  ),
};

/** Parses a policy whose files lie beside it. */
export function parsed(text: string, file = 'policy.yaml') {
  return parsePolicy(text, file, async (from) => ({ file: from, text: BESIDE[from] ?? null }));
}

/** A valid policy: the lines below `version: 1`. */
export async function policyOf(lines: string, file = 'policy.yaml'): Promise<Policy> {
  const { policy, findings } = await parsed(`version: 1\n${lines}\n`, file);
  if (policy === null) throw new Error(findings.map(({ message }) => message).join('; '));
  return policy;
}

export const NOW: number = Date.UTC(2026, 0, 5, 2, 0, 0);

/** Two instances of two profiles: crs-aaaa0000 grows from 4 GB to 8 GB, crs-aaaa0001 from 4 GB to 8 GB. */
export function plan(change: Partial<UnsealedPlan> = {}): SavedPlan {
  const { digest: _, ...saved } = savedPlan([
    { instance: 'crs-aaaa0000', changes: [{ memoryPerShard: 8192 }] },
    { instance: 'crs-aaaa0001', changes: [{ memoryPerShard: 8192 }] },
  ]);
  const whole = {
    ...saved,
    sealedAt: new Date(NOW).toISOString(),
    expiresAt: new Date(NOW + 48 * 3_600_000).toISOString(),
    ...change,
  };
  return { ...whole, digest: canonicalDigest(whole) };
}

/** A plan as `apply` knows it, without signatures. */
export function subject(saved: SavedPlan, known: Partial<PolicySubject> = {}): PolicySubject {
  const offered: Offered[] = [];
  return {
    plan: saved,
    now: NOW,
    endpoint: 'tencentcloudapi.com',
    tags: new Map(saved.steps.map(({ instance }) => [instance, {}])),
    env: {},
    verifiedPlanners: [],
    offered,
    ...known,
  };
}

/** The status of each rule of a policy. */
export async function judged(
  lines: string,
  saved: SavedPlan,
  known: Partial<PolicySubject> = {},
): Promise<JudgedRule[]> {
  return judgePolicy(await policyOf(lines), subject(saved, known));
}
