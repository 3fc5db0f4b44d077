/** What Refit could not read while it planned, in English. `code` and `answer` are the provider's. */
import type { Text } from '../../text.ts';
import { count } from '../format-size.ts';

/** Facts of one region and profile that advice about sizes goes without. */
export interface FactsUnread {
  readonly fact: 'size-limits' | 'eviction-policy';
  readonly count: number;
  readonly region: string;
  readonly profile: string;
}

function notRead({ fact, count: number, region, profile }: FactsUnread): string {
  const what =
    fact === 'size-limits'
      ? `the limits of ${count(number, 'size')} (bandwidth, connections)`
      : `the eviction policy of ${count(number, 'instance')} (maxmemory-policy)`;
  return `${what} in ${region} (profile ${profile}) could not be read`;
}

export const reads = {
  'read.tasks-refused': ({
    region,
    profile,
    code,
  }: {
    region: string;
    profile: string;
    code: string;
  }): Text => `running tasks in ${region} (profile ${profile}) could not be read: ${code}`,
  'read.unpaid-orders-refused': ({ profile, code }: { profile: string; code: string }): Text =>
    `unpaid orders of profile ${profile} could not be read: ${code}`,
  'read.balance-refused': ({ profile, code }: { profile: string; code: string }): Text =>
    `the balance of profile ${profile} could not be read: ${code}`,
  'read.memory-refused': ({
    action,
    region,
    profile,
    code,
    answer,
  }: {
    action: string;
    region: string;
    profile: string;
    code: string;
    /** The provider's own text. */
    answer: string;
  }): Text =>
    `memory in use could not be read: ${action} in ${region} (profile ${profile}) was refused: ${code}: ${answer}`,
  'read.window-refused': ({ code }: { code: string }): Text =>
    `maintenance windows could not be read: ${code}`,
  'read.window-garbled': ({ id }: { id: string }): Text => ({
    message: `the maintenance window of ${id} could not be read: its times are not in a known form`,
    fix: `check the maintenance window of ${id} in the TencentDB console`,
  }),
  'read.facts-refused': ({
    code,
    answer,
    right,
    ...facts
  }: FactsUnread & {
    readonly code: string;
    readonly answer: string;
    /** The missing permission; null: another refusal. */
    readonly right: string | null;
  }): Text => ({
    message: `${notRead(facts)}: ${code}: ${answer}`,
    fix: right === null ? `look up the code: refit explain ${code}` : `let this identity call ${right}`,
  }),
  'read.facts-unreachable': ({ reason, ...facts }: FactsUnread & { readonly reason: string }): Text => ({
    message: `${notRead(facts)}: ${reason}`,
    fix: 'run the same command again',
  }),
  'read.facts-left-out': ({ most, count: number }: { most: number; count: number }): Text => ({
    message: `limits of sizes and eviction policies of ${count(number, 'instance')} were not read: they take more than ${most} calls`,
    fix: 'use a larger --max-calls, or select fewer instances',
  }),
  'read.facts-garbled': (facts: FactsUnread): Text =>
    `${notRead(facts)}: the answer is in a form that Refit does not know`,
};
