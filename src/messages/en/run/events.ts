/** The events of a run in English, for screens, notifications and unwritten entries. */

import type {
  AfterRefusal,
  EndedBecause,
  GateJudge,
  GateOutcome,
  HookPhase,
  MaintenanceWindow,
  Message,
  Outcome,
  WakesOn,
} from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { count } from '../format-size.ts';
import { inWords } from '../quantities.ts';
import { formatWindow } from './run.ts';

const STARTED = { apply: 'carrying out', resume: 'resuming', reconcile: 'reconciling' } as const;

/** What ends a rest before its time. */
const EARLIER = {
  time: '',
  approval: ', or until it is approved',
  control: ', or until an operator continues it',
} as const satisfies Record<WakesOn, string>;

export interface OfWave {
  /** Counts from 1. */
  readonly number: number;
  readonly of: number;
  readonly name: string;
}

const formatWave = ({ number, of, name }: OfWave): string => `wave ${number} of ${of} (${name})`;

/** `step` is a step id, or the instance with its change. */
export const events = {
  'event.run-started': ({
    doing,
    plan,
    digest,
    steps,
    by,
    cutOff,
  }: {
    doing: keyof typeof STARTED;
    plan: string;
    digest: string;
    steps: number;
    /** Null: the reader knows. */
    by: string | null;
    /** Bytes. */
    cutOff: number;
  }): Text => {
    const torn = cutOff > 0 ? `; Refit cut off a torn entry of ${count(cutOff, 'byte')}` : '';
    const operator = by === null ? '' : `, by ${by}`;
    return `${STARTED[doing]} ${plan} (${digest.slice(0, 8)}), ${count(steps, 'step')}${operator}${torn}`;
  },
  'event.adopted': ({ by, reason }: { by: string; reason: Message }, say: Say): Text =>
    `adopted by ${by}, because ${say(reason)}`,
  'event.approved': ({ wave, by }: { wave: string | null; by: string }): Text =>
    `${wave === null ? 'the plan' : `wave ${wave}`} is approved by ${by}`,
  'event.approved-for-policy': ({ by }: { by: string }): Text =>
    `the plan is approved by ${by}, as the policy requires`,
  'event.approval-awaited': ({ until, missing }: { until: string; missing: Message }, say: Say): Text =>
    `waits until ${until} for approval: ${say(missing)}`,
  'event.wave-started': ({ steps, ...wave }: OfWave & { steps: number }): Text =>
    `${formatWave(wave)} starts: ${count(steps, 'step')}`,
  'event.wave-ended': (wave: OfWave): Text => `${formatWave(wave)} has ended`,
  /** `soak` is a duration, such as `2 s`. */
  'event.lock-taken-over': ({ pid, host, purpose }: { pid: number; host: string; purpose: string }): Text =>
    `took over from pid ${pid} on ${host} (${purpose})`,
  /** `soak` in milliseconds. */
  'event.wave-soaks': ({ soak, ...wave }: OfWave & { soak: number }): Text =>
    `${formatWave(wave)} has ended; it soaks for ${inWords(soak)}`,
  'event.gate': (
    {
      wave,
      judge,
      outcome,
      shadow,
      judged,
      next,
    }: {
      wave: string;
      judge: GateJudge;
      outcome: GateOutcome;
      shadow: boolean;
      judged: Message;
      next: string;
    },
    say: Say,
  ): Text => {
    const paused = next === 'pause' ? '; the run is paused until an operator continues it' : '';
    return `gate after wave ${wave}: ${judge} ${outcome}${shadow ? ' (shadow)' : ''}, ${say(judged)}${paused}`;
  },
  'event.control-command': (
    {
      by,
      command,
      value,
      accepted,
      answer,
    }: { by: string; command: string; value: number | null; accepted: boolean; answer: Message },
    say: Say,
  ): Text =>
    `${by}: ${command}${value === null ? '' : ` ${value}`} ${accepted ? 'accepted' : 'refused'}, ${say(answer)}`,
  'event.not-notified': (
    { to, event, cause }: { to: string; event: HookPhase; cause: Message },
    say: Say,
  ): Text => `${to} was not notified (${event}): ${say(cause)}`,
  'event.handed-over': ({ place, run, by }: { place: string; run: string; by: string }): string =>
    `handed over to the store ${place} by ${by}: it goes on as run ${run}`,
  'event.rested': (
    { until, wakesOn, reason }: { until: string; wakesOn: WakesOn; reason: Message },
    say: Say,
  ): Text => `rests until ${until}${EARLIER[wakesOn]}: ${say(reason)}`,
  'event.stopping': ({ because, reason }: { because: EndedBecause; reason: Message }, say: Say): Text => {
    const fix = say.fix(reason);
    return `stopping (${because}): ${say(reason)}${fix === '' ? '' : ` (fix: ${fix})`}`;
  },
  'event.intent': ({ step }: { step: string }): Text => `${step}: about to be ordered, and nothing was sent`,
  'event.accepted': ({
    step,
    order,
    requestId,
    sentAt,
  }: {
    step: string;
    order: string;
    requestId: string;
    sentAt: string;
  }): Text => `${step}: accepted as order ${order} (request ${requestId}), sent at ${sentAt}`,
  'event.refused': ({ step, code, next }: { step: string; code: string; next: AfterRefusal }): Text =>
    `${step}: refused, ${code} (${next})`,
  'event.no-answer': (
    { step, reason, sentAt }: { step: string; reason: Message; sentAt: string },
    say: Say,
  ): Text =>
    `${step}: no answer to the order sent at ${sentAt} (${say(reason)}); Refit resolves it by reading`,
  'event.resolved': (
    {
      step,
      executed,
      order,
      evidence,
    }: { step: string; executed: boolean; order: string | null; evidence: Message },
    say: Say,
  ): Text =>
    `${step}: ${executed ? 'was executed' : 'was not executed'}${order === null ? '' : ` as order ${order}`}, ${say(evidence)}`,
  'event.deferred': ({ step, window }: { step: string; window: MaintenanceWindow }): Text =>
    `${step}: accepted, waits for its window ${formatWindow(window)}`,
  'event.began': ({ step, warning }: { step: string; warning: Message }, say: Say): Text =>
    `${step}: ${say(warning)}`,
  'event.step-ended': (
    { step, outcome, cause }: { step: string; outcome: Outcome; cause: Message },
    say: Say,
  ): Text => `${step}: ${outcome}, ${say(cause)}`,
  'event.run-ended': ({ because, exitCode }: { because: EndedBecause; exitCode: number }): Text =>
    `has ended (${because}), exit code ${exitCode}`,
  'event.unwritten': ({ entries }: { entries: number }): Text =>
    `known and not on disk (${entries}); the next apply reads it from the provider:`,
};
