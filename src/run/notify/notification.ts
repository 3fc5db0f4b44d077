/** Which journal entries people are notified about, as facts for hooks and webhooks. Pure. */
import { describeRunEvent, describeStepEvent } from '../../journal/describe-event.ts';
import { type Replay, totals } from '../../journal/replay.ts';
import { textOf } from '../../messages/messages.ts';
import type { HookPhase, JournalEntry, Outcome, SavedPlan } from '../../model.ts';

export const NOTIFICATION_FORMAT = 'refit.notification/1';

/** One notification, as a hook reads it from standard input and a webhook sends it. */
export interface NotificationFacts {
  readonly format: typeof NOTIFICATION_FORMAT;
  readonly event: HookPhase;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The number of its entry in the journal. With the digest, it identifies the event. */
  readonly entry: number;
  readonly plan: Pick<SavedPlan, 'name' | 'change' | 'owner' | 'digest'>;
  /** One sentence. */
  readonly message: string;
  /** The steps by outcome at that time. */
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly wave: string | null;
  readonly step: string | null;
  readonly exitCode: number | null;
}

/** The facts of an entry; null: nobody is notified about it. */
export function notificationOf(
  entry: JournalEntry,
  saved: SavedPlan,
  replay: Replay,
): NotificationFacts | null {
  const subject = subjectOf(entry);
  if (subject === null) return null;
  const text = 'step' in entry ? describeStepEvent(entry, entry.step) : describeRunEvent(entry, saved);
  const { name, change, owner, digest } = saved;
  return {
    format: NOTIFICATION_FORMAT,
    at: entry.at,
    entry: entry.seq,
    plan: { name, change, owner, digest },
    message: text === null ? '' : textOf(text),
    totals: totals(saved.steps.map(({ id }) => replay.step(id))),
    wave: null,
    step: null,
    exitCode: null,
    ...subject,
  };
}

type Subject = Pick<NotificationFacts, 'event'> &
  Partial<Pick<NotificationFacts, 'wave' | 'step' | 'exitCode'>>;

/** The phase of an entry, and the wave, step or exit code that it is about. */
function subjectOf(entry: JournalEntry): Subject | null {
  switch (entry.kind) {
    case 'run-started':
      return { event: 'run-start' };
    case 'wave-started':
      return { event: 'wave-start', wave: entry.name };
    case 'wave-ended':
      return { event: 'wave-end', wave: entry.name };
    case 'gate':
      return { event: 'gate', wave: entry.name };
    case 'approval-awaited':
      return { event: 'approval', wave: entry.name };
    case 'stopping':
      return entry.because === 'halted' ? { event: 'halt' } : null;
    case 'step-ended':
      return entry.outcome === 'unknown' ? { event: 'unknown', step: entry.step } : null;
    case 'run-ended':
      return { event: 'run-end', exitCode: entry.exitCode };
    default:
      return null;
  }
}
