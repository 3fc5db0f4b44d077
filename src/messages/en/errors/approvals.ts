/** Why Refit refuses to approve, to decline, or to start without that. */
import type { Message } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { inWords } from '../quantities.ts';

/** What did not happen, because a command was refused. */
export type Undone = 'ordered' | 'submitted' | 'signed';

const lines = (reasons: readonly Message[], say: Say): string => reasons.map((one) => say(one)).join('\n');

export const approvalErrors = {
  'error.not-signed': ({ missing, fix }: { missing: readonly Message[]; fix: Message }, say: Say): Text => ({
    message: `not approved: ${lines(missing, say)}`,
    fix: say(fix),
  }),
  'error.declined': ({ missing, fix }: { missing: readonly Message[]; fix: Message }, say: Say): Text => ({
    message: `${lines(missing, say)}\nnothing was submitted`,
    fix: say(fix),
  }),
  'error.policy-refuses': (
    { reasons, undone }: { reasons: readonly Message[]; undone: Undone },
    say: Say,
  ): Text => ({
    message: `${lines(reasons, say)}\nnothing was ${undone}`,
    fix: reasons[0] === undefined ? '' : say.fix(reasons[0]),
  }),
  'error.policy-invalid': (
    { at, reason, more, command }: { at: string; reason: Message; more: number; command: string },
    say: Say,
  ): Text => {
    const { message, fix, example } = say.whole(reason);
    return {
      message: `the policy is not valid: ${at}${message}${more > 0 ? ` (and ${more} more)` : ''}; nothing was done`,
      fix: fix ?? example ?? `${command} shows every finding`,
    };
  },
  'fix.command': ({ command }: { command: string }): Text => command,
  'fix.approve': ({
    command,
    people,
    serve,
  }: {
    /** For people with SSH keys; null: there are none. */
    command: string | null;
    /** With passkeys only. */
    people: readonly string[];
    serve: string;
  }): Text => {
    if (command === null) return `${serve}   each of them approves in the web console; then repeat apply`;
    const typed = `${command}   each of them runs this and leaves the file beside the saved plan; then repeat apply`;
    return people.length === 0 ? typed : `${typed}; ${people.join(' and ')} in the web console: ${serve}`;
  },
  'fix.withdraw': ({ command, by, isSigned }: { command: string; by: string; isSigned: boolean }): Text =>
    `${command}   ${by} runs this ${isSigned ? 'with the same key ' : ''}if the reason is gone; or change the plan, then plan again`,
  'fix.remove-damaged': (): Text => 'read the named file; if it declines nothing, remove it, or plan again',
  'error.no-approval-needed': ({ file }: { file: string }): Text => ({
    message: `${file}: the plan needs no approval`,
    fix: 'to require one, add approvals: { need: 1, from: approvers.yaml } to the plan, then plan again',
  }),
  'error.wave-without-approval': ({
    file,
    wave,
    isThere,
    near,
    fix,
  }: {
    file: string;
    wave: string;
    isThere: boolean;
    near: string | null;
    /** What can be typed. */
    fix: string;
  }): Text => {
    const meant = near === null ? '' : `; did you mean ${near}?`;
    return {
      message: `${file}: ${isThere ? `wave ${wave} needs no approval of its own` : `there is no wave ${wave}${meant}`}`,
      fix,
    };
  },
  'error.approval-too-long': ({
    valid,
    most,
    isOfPolicy,
    longest,
  }: {
    valid: number;
    most: number;
    isOfPolicy: boolean;
    /** The longest duration, as one types it. */
    longest: string;
  }): Text => ({
    message: `--expires ${inWords(valid)}: an approval may be valid for ${inWords(most)} at most${isOfPolicy ? ' (limit.approvalExpiry of the policy)' : ''}`,
    fix: `--expires ${longest}`,
  }),
  'error.approval-hours': (): Text => ({
    message: 'an approval counts for 1 to 168 hours',
    fix: 'choose 24 hours',
  }),
  'error.nothing-to-withdraw': ({ file, command }: { file: string; command: string }): Text => ({
    message: `${file}: no decline holds this plan, so there is nothing to withdraw`,
    fix: `${command}   shows the declines of a plan`,
  }),
  'error.no-reason': (): Text => ({ message: '--reason is empty', fix: '--reason "wave 2 covers the sale"' }),
  'error.long-reason': ({ length, most }: { length: number; most: number }): Text => ({
    message: `--reason has ${length} characters, more than ${most}`,
    fix: 'shorten it, or name a ticket that has the whole reason',
  }),
  'error.other-declined': ({
    by,
    login,
    authors,
    command,
  }: {
    by: string;
    login: string | null;
    authors: readonly { readonly by: string; readonly key: string | null; readonly login: string | null }[];
    command: string;
  }): Text => ({
    message: `${by}${login === null ? '' : `, login ${login},`} did not decline this plan; only the author withdraws a decline: ${authors
      .map((one) =>
        one.key !== null
          ? `${one.by} with the key ${one.key}`
          : one.login === null
            ? one.by
            : `${one.by} with the login ${one.login}`,
      )
      .join('; ')}`,
    fix: `${command}   for the author`,
  }),
  'error.plan-expired': ({
    expiresAt,
    now,
    command,
  }: {
    expiresAt: string;
    now: string;
    command: string;
  }): Text => ({
    message: `the saved plan expired at ${expiresAt}; it is ${now}`,
    fix: `${command}   makes a new plan for the present fleet`,
  }),
  'error.sealed-later': ({
    sealedAt,
    now,
    command,
  }: {
    sealedAt: string;
    now: string;
    command: string;
  }): Text => ({
    message: `the saved plan was sealed at ${sealedAt}, which is later than now (${now})`,
    fix: `if the clock of this machine is right: ${command}`,
  }),
};
