/** Journals for the tests of metrics and traces, from events with their seconds. */
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { message } from '../../src/messages/messages.ts';
import type { JournalEntry, JournalEvent, SavedPlan } from '../../src/model.ts';

/** The time of second 0. */
export const START: number = Date.UTC(2026, 10, 30, 2, 0, 0);

export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

/** The entries of these events, which follow the entries before. */
export function entriesOf(
  events: readonly (readonly [seconds: number, event: JournalEvent])[],
  before: readonly JournalEntry[] = [],
): JournalEntry[] {
  let end = before.at(-1) ?? EMPTY_CHAIN;
  return events.map(([seconds, event]) => {
    const entry = seal(end, at(seconds), event);
    end = entry;
    return entry;
  });
}

/** A plan with steps `a/replicas` and so on, in the given waves. */
export function planOf(waves: Readonly<Record<string, readonly string[]>>, name = 'nightly') {
  const steps = Object.values(waves).flatMap((instances, wave) =>
    instances.map((instance) => ({
      id: stepOf(instance),
      instance,
      region: 'ap-guangzhou',
      profile: 'default',
      wave,
    })),
  );
  return {
    name,
    digest: 'd'.repeat(64),
    steps,
    waves: Object.entries(waves).map(([wave, instances]) => ({ name: wave, steps: instances.map(stepOf) })),
  } as unknown as Pick<SavedPlan, 'name' | 'digest' | 'steps' | 'waves'>;
}

export const stepOf = (instance: string): string => `${instance}/replicas`;

const SIZE = { memoryPerShard: 8192, shards: 1, replicas: 2 };
const SAID = message('run.ordered');

/** Events by their short names. The last argument changes members. */
export const event = {
  started: (resumed = false): JournalEvent => ({
    kind: 'run-started',
    format: 'refit.journal/1',
    plan: 'nightly',
    digest: 'd'.repeat(64),
    resumed,
    cutOff: 0,
    by: { user: 'dba', host: 'here', pid: 1 },
    endpoint: 'tencentcloudapi.com',
    version: '0.1.0',
  }),
  wave: (kind: 'wave-started' | 'wave-ended', wave: number, name: string): JournalEvent => ({
    kind,
    wave,
    name,
  }),
  read: (instance: string): JournalEvent => ({
    kind: 'instance-read',
    step: stepOf(instance),
    status: 'running',
    size: SIZE,
  }),
  intent: (instance: string, attempt = 1): JournalEvent => ({
    kind: 'intent',
    step: stepOf(instance),
    attempt,
    size: SIZE,
  }),
  notSent: (instance: string, attempt = 1): JournalEvent => ({
    kind: 'not-sent',
    step: stepOf(instance),
    attempt,
    reason: SAID,
  }),
  accepted: (instance: string, sentAt: number, attempt = 1): JournalEvent => ({
    kind: 'accepted',
    step: stepOf(instance),
    attempt,
    order: `order-${instance}`,
    requestId: `request-${instance}`,
    sentAt: at(sentAt),
  }),
  refused: (
    instance: string,
    sentAt: number,
    code: string,
    next: 'try-again' | 'read-first' | 'halt' = 'try-again',
  ): JournalEvent => ({
    kind: 'refused',
    step: stepOf(instance),
    attempt: 1,
    code,
    message: 'no',
    requestId: `request-${instance}`,
    sentAt: at(sentAt),
    next,
  }),
  noAnswer: (instance: string, sentAt: number): JournalEvent => ({
    kind: 'no-answer',
    step: stepOf(instance),
    attempt: 1,
    reason: SAID,
    sentAt: at(sentAt),
  }),
  resolved: (instance: string, executed: boolean): JournalEvent => ({
    kind: 'resolved',
    step: stepOf(instance),
    attempt: 1,
    executed,
    order: executed ? `order-${instance}` : null,
    evidence: SAID,
  }),
  deferred: (instance: string): JournalEvent => ({
    kind: 'deferred',
    step: stepOf(instance),
    window: { start: '03:00', end: '04:00' } as never,
    opensAt: at(3600),
  }),
  began: (instance: string): JournalEvent => ({
    kind: 'began',
    step: stepOf(instance),
    evidence: SAID,
    warning: null,
  }),
  stepEnded: (
    instance: string,
    outcome: 'verified' | 'failed' | 'refused' | 'drifted' | 'skipped' | 'unknown' = 'verified',
    billed: { amount: number; currency: string } | null = null,
    said = SAID,
  ): JournalEvent => ({
    kind: 'step-ended',
    step: stepOf(instance),
    outcome,
    code: outcome === 'failed' ? 'Refit.Failed' : null,
    message: said,
    size: null,
    billed,
  }),
  billed: (instance: string, amount: number): JournalEvent => ({
    kind: 'billed',
    step: stepOf(instance),
    billed: { amount, currency: 'CNY' },
  }),
  stopping: (): JournalEvent => ({ kind: 'stopping', because: 'drained', message: SAID }),
  rested: (): JournalEvent => ({
    kind: 'rested',
    until: at(3600),
    wakesOn: 'time',
    reason: SAID,
  }),
  ended: (because: 'done' | 'halted' | 'drained' = 'done', exitCode = 0): JournalEvent => ({
    kind: 'run-ended',
    because,
    exitCode,
  }),
  gate: (wave: number, outcome: 'success' | 'failure'): JournalEvent => ({
    kind: 'gate',
    wave,
    name: 'canary',
    judge: 'url',
    outcome,
    message: SAID,
    shadow: false,
    next: outcome === 'success' ? 'go-on' : 'halt',
  }),
};
