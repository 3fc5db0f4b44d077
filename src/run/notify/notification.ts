/** What people are told of a run, and when: journal entries as facts for hooks and webhooks. Pure. */
import { type Replay, totals } from '../../journal/replay.ts';
import type { HookPhase, JournalEntry, Outcome, SavedPlan } from '../../model.ts';

export const NOTIFICATION_FORMAT = 'refit.told/1';

/** One thing that people are told, as it goes to a hook's standard input and into a webhook's body. */
export interface NotificationFacts {
  readonly format: typeof NOTIFICATION_FORMAT;
  readonly event: HookPhase;
  /** When it happened, ISO 8601 UTC, and the number of its entry in the journal: together with the digest it names it. */
  readonly at: string;
  readonly entry: number;
  readonly plan: Pick<SavedPlan, 'name' | 'change' | 'owner' | 'digest'>;
  /** One sentence. */
  readonly message: string;
  /** How the steps stood: one count per outcome. */
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly wave: string | null;
  readonly step: string | null;
  readonly exitCode: number | null;
}

/** The facts of an entry; null for those that nobody is told of. */
export function notificationOf(
  entry: JournalEntry,
  saved: SavedPlan,
  replay: Replay,
): NotificationFacts | null {
  const told = said(entry, saved);
  if (told === null) return null;
  const { name, change, owner, digest } = saved;
  return {
    format: NOTIFICATION_FORMAT,
    at: entry.at,
    entry: entry.seq,
    plan: { name, change, owner, digest },
    totals: totals(saved.steps.map(({ id }) => replay.step(id))),
    wave: null,
    step: null,
    exitCode: null,
    ...told,
  };
}

type Said = Pick<NotificationFacts, 'event' | 'what'> &
  Partial<Pick<NotificationFacts, 'wave' | 'step' | 'exitCode'>>;

function said(entry: JournalEntry, saved: SavedPlan): Said | null {
  switch (entry.kind) {
    case 'run-started': {
      const where = `${entry.by.user}@${entry.by.host}`;
      const what = `${entry.resumed ? 'goes on' : 'begins'}: ${saved.steps.length} steps, by ${where}`;
      return { event: 'run-start', message: what };
    }
    case 'wave-started':
      return { event: 'wave-start', message: `wave ${entry.name} begins`, wave: entry.name };
    case 'wave-ended':
      return { event: 'wave-end', message: `wave ${entry.name} has ended`, wave: entry.name };
    case 'gate': {
      const { name, judge, outcome, shadow, next } = entry;
      const judged = `the gate after wave ${name}: ${judge} is ${outcome}${shadow ? ' (in shadow)' : ''}: ${entry.message}`;
      // A halt is told of by itself; a pause is not, and it waits for somebody.
      const what = next === 'pause' ? `${judged}; the run is paused until it is told to continue` : judged;
      return { event: 'gate', message: what, wave: name };
    }
    case 'approval-awaited': {
      const { name, until } = entry;
      return { event: 'approval', message: `waits until ${until} for approval: ${entry.message}`, wave: name };
    }
    case 'stopping':
      return entry.because === 'halted' ? { event: 'halt', message: `halts: ${entry.message}` } : null;
    case 'step-ended':
      return entry.outcome === 'unknown'
        ? { event: 'unknown', message: `${entry.step} is unknown: ${entry.message}`, step: entry.step }
        : null;
    case 'run-ended': {
      const { because, exitCode } = entry;
      return { event: 'run-end', message: `has ended (${because}), exit code ${exitCode}`, exitCode };
    }
    default:
      return null;
  }
}
