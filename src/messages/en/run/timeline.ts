/** What happened to one step, entry by entry, in English: for its page in the console. */
import type {
  AfterRefusal,
  InstanceStatus,
  MaintenanceWindow,
  Message,
  Money,
  Outcome,
  Size,
} from '../../../model.ts';
import type { Say, Text } from '../../text.ts';
import { money, size as sizeText } from '../quantities.ts';
import { formatWindow } from './run.ts';

const NEXT = {
  'try-again': 'Refit orders again',
  'read-first': 'Refit reads the instance first',
  wait: 'Refit waits, then orders again',
  skip: 'the step ends',
  halt: 'the run stops',
} as const satisfies Record<AfterRefusal, string>;

export const timeline = {
  'step.read': ({ status, size }: { status: InstanceStatus; size: Size }): Text =>
    `read before the order: ${status}, ${sizeText(size)}`,
  'step.intent': ({ attempt, size }: { attempt: number; size: Size }): Text =>
    `order ${attempt} is on record and leaves now: ${sizeText(size)}`,
  'step.not-sent': ({ reason }: { reason: Message }, say: Say): Text =>
    `the order did not leave: ${say(reason)}`,
  'step.accepted': ({ order }: { order: string }): Text => `the provider accepted order ${order}`,
  'step.refused': ({ code, text, next }: { code: string; text: string; next: AfterRefusal }): Text =>
    `the provider refused with ${code}: "${text}"; ${NEXT[next]}`,
  'step.no-answer': ({ reason }: { reason: Message }, say: Say): Text =>
    `no answer: ${say(reason)}; Refit finds out by reading`,
  'step.resolved': (
    { executed, order, evidence }: { executed: boolean; order: string | null; evidence: Message },
    say: Say,
  ): Text =>
    `the order ${executed ? 'was executed' : 'was not executed'}${order === null ? '' : ` as ${order}`}: ${say(evidence)}`,
  'step.deferred': ({ window }: { window: MaintenanceWindow }): Text =>
    `waits for its maintenance window ${formatWindow(window)}`,
  'step.began': ({ evidence, warning }: { evidence: Message; warning: Message | null }, say: Say): Text =>
    `the change has started: ${say(warning ?? evidence)}`,
  'step.ended': ({ outcome, cause }: { outcome: Outcome; cause: Message }, say: Say): Text =>
    `${outcome}: ${say(cause)}`,
  'step.billed': ({ billed }: { billed: Money }): Text => `billed ${money(billed.amount, billed.currency)}`,
};
