/** Why a run stops starting new orders, in English. */
import type { GateJudge, GateOutcome, Message, Threshold } from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { count, formatThreshold } from '../format-size.ts';

/** What happens to orders in flight when a run stops. */
const FOLLOWED = {
  now: 'Refit follows orders in flight to their end',
  'maintenance-window':
    'Refit follows orders in flight to their end; changes that wait for their window are left to the next apply',
} as const;

const HALT_FIX = {
  unknown: 'refit reconcile RUN resolves them by reading; then apply again: it continues with the rest',
  failed: 'look at them in the report, then apply again: it continues with the rest',
} as const;

export const halts = {
  'halt.refused': ({ code, reason }: { code: string; reason: Message }, say: Say): Text => ({
    message: `${code}: ${say(reason)}`,
    fix: say.fix(reason) || 'refit doctor',
  }),
  'halt.order-unpaid': ({
    code,
    order,
    instance,
  }: {
    code: string;
    order: string;
    instance: string;
  }): Text => ({
    message: `${code}: order ${order} for ${instance} is not paid`,
    fix: `pay or cancel order ${order} in the Tencent Cloud console`,
  }),
  'halt.reads-too-old': ({ minutes }: { minutes: number }): Text => ({
    message: `for ${count(minutes, 'minute')} no reading of an instance was recent enough to order by`,
    fix: 'check the network: answers take too long',
  }),
  'halt.unsent': ({ minutes, reason }: { minutes: number; reason: Message }, say: Say): Text => ({
    message: `no order could be sent for ${count(minutes, 'minute')}: ${say(reason)}`,
    fix: 'check the network and the keys with refit doctor',
  }),
  /** `error` and `fix` come from the error that Refit met. */
  'halt.read-failed': (
    { error, fix, isCredentials }: { error: string | Message; fix: string; isCredentials: boolean },
    say: Say,
  ): Text => ({
    message: typeof error === 'string' ? error : say(error),
    fix: isCredentials ? `${fix}; refit doctor shows more` : fix,
  }),
  'halt.unreachable': ({ minutes, fault }: { minutes: number; fault: Message }, say: Say): Text => ({
    message: `the provider could not be reached for ${count(minutes, 'minute')}: ${say(fault)}`,
    fix: say.fix(fault),
  }),
  'halt.limit-refusals': ({
    minutes,
    region,
    code,
  }: {
    minutes: number;
    region: string;
    code: string;
  }): Text => ({
    message: `for ${count(minutes, 'minute')} the request limit refused every order in ${region} (${code})`,
    fix: 'wait until others stop ordering on this account, or open a ticket to have its limit checked',
  }),
  'halt.threshold': ({
    counts,
    wave,
    threshold,
    counted,
  }: {
    counts: 'failed' | 'unknown';
    /** Null: the threshold of the whole run. */
    wave: string | null;
    threshold: Threshold;
    counted: number;
  }): Text => ({
    message: `haltWhen ${counts}${wave === null ? '' : ` of wave ${wave}`}: "${formatThreshold(threshold)}" is reached with ${counted}`,
    fix: HALT_FIX[counts],
  }),
  'halt.gate': (
    {
      wave,
      judge,
      outcome,
      judged,
    }: { wave: string; judge: GateJudge; outcome: GateOutcome; judged: Message },
    say: Say,
  ): Text => ({
    message: `the gate after wave ${wave} failed: ${judge} ${outcome}, ${say(judged)}`,
    fix: 'correct the cause, then apply again: Refit repeats the checks whose result can change',
  }),
  'halt.drained': ({ by, switch: when }: { by: Message; switch: keyof typeof FOLLOWED }, say: Say): Text =>
    `${say(by)}: ${FOLLOWED[when]}`,
  'halt.finish-by': ({ finishBy }: { finishBy: string }): Text => `finishBy ${finishBy} is reached`,
  /** `closed` is the sentence that `refit windows` shows too. */
  'halt.windows-closed': ({ closed }: { closed: Message }, say: Say): Text => say(closed),
  /** `missing` are the lines that `refit approve` shows too. */
  'halt.not-approved': (
    { missing, fix }: { missing: readonly Message[]; fix: string | Message },
    say: Say,
  ): Text => ({
    message: missing.map((one) => say(one)).join('; '),
    fix: typeof fix === 'string' ? fix : say(fix),
  }),
  /** `reasons` name file and line of each rule. */
  'halt.by-policy': ({ reasons, fix }: { reasons: readonly Message[]; fix: string }, say: Say): Text => ({
    message: `the policy refuses the plan: ${reasons.map((one) => say(one)).join('; ')}`,
    fix,
  }),
  'halt.policy-unreadable': ({ error }: { error: string | Message }, say: Say): Text => ({
    message: `the policy cannot be read: ${typeof error === 'string' ? error : say(error)}`,
    fix: 'refit policy check',
  }),
  'halt.approval-required': ({ wave }: { wave: string }): Text => `wave ${wave} requires an approval`,
};
