/** Joins policies, and gives what holds beside the rules about plans: the digest, the environment of hooks, expiries. */
import { MOST_VALIDITY } from '../approval/judge-approvals.ts';
import { canonical, canonicalDigest } from '../digest.ts';
import type { Policy, PolicyAmount, PolicyRule, PolicyUsed, SavedWindows } from '../model.ts';

/** The policy without any file: it demands nothing. */
export const NO_POLICY: Policy = { files: [], rules: [] };

/**
 * The demands of both policies. A rule can only refuse, so what one of them refuses stays refused, and the order does not
 * matter.
 */
export function tighten(a: Policy, b: Policy): Policy {
  const known = new Set(a.rules.map(meaningOf));
  return {
    files: [...new Set([...a.files, ...b.files])],
    rules: [...a.rules, ...b.rules.filter((rule) => !known.has(meaningOf(rule)))],
  };
}

/** The text of what a rule demands, whichever file and line states it. */
function meaningOf({ location: _, ...demand }: PolicyRule): string {
  return canonical(demand);
}

/** Digest and files, for the journal; null without a policy file. */
export function usedPolicy({ files, rules }: Policy): PolicyUsed | null {
  if (files.length === 0) return null;
  const demands = [...new Set(rules.map(meaningOf))].sort();
  return { digest: canonicalDigest({ demands }), files };
}

/** The smallest of the limits of one kind; null without one. */
export function limitOf({ rules }: Policy, of: PolicyAmount): number | null {
  const all = rules.flatMap((rule) => (rule.kind === 'limit' && rule.of === of ? [rule.most] : []));
  return all.length === 0 ? null : Math.min(...all);
}

/** How long an approval may count, milliseconds. */
export function approvalExpiryOf(policy: Policy): number {
  return limitOf(policy, 'approvalExpiry') ?? MOST_VALIDITY;
}

/** How many changes of an account may be in flight in one region, over all runs; null: no bound. */
export function inFlightInRegionOf(policy: Policy): number | null {
  return limitOf(policy, 'inFlightInRegion');
}

/** The names of the environment variables that hooks and gate commands may get: those that every list has. */
export function hookEnvironmentOf({ rules }: Policy): string[] {
  const lists = rules.flatMap((rule) => (rule.kind === 'hookEnvironment' ? [rule.allowed] : []));
  return [...new Set(lists[0] ?? [])].filter((name) => lists.every((list) => list.includes(name)));
}

/** The programs that a policy names for hooks and gates: those that every list has. Without a list there are none. */
export function namedPrograms({ rules }: Policy): string[] {
  const lists = rules.flatMap((rule) => (rule.kind === 'list' && rule.of === 'hooks' ? [rule.allowed] : []));
  return [...new Set(lists[0] ?? [])].filter((name) => lists.every((list) => list.includes(name)));
}

/** Whether webhooks and gates may reach loopback and private addresses. */
export function allowsPrivateAddresses({ rules }: Policy): boolean {
  return rules.every(({ kind }) => kind !== 'noPrivateAddresses');
}

/** The windows in which steps may start, each from one file. */
export function windowsOf({ rules }: Policy): SavedWindows[] {
  return rules.flatMap((rule) => (rule.kind === 'windows' ? [rule.windows] : []));
}
