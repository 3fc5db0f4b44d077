/** What Refit could not read while it planned, in English. `code` and `answer` are the provider's. */
import type { Text } from '../../text.ts';

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
};
