/** How a live run goes on at one moment: what its journal does not tell. */
import type { LimitFunction } from 'p-limit';
import type { LaneRate, Permits } from '../../cloud/limit/permits.ts';
import type { SavedPlan } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { LIMITS, type Wait, type Waits } from '../waits.ts';
import type { Paused } from './decide-command.ts';

/** What a live run answers to whoever asks how it stands. */
export interface Standing {
  readonly paused: Paused | null;
  /** Resizes at the same time: as it is now, as it was approved, and how many are in flight. */
  readonly inFlight: { readonly now: number; readonly approved: number; readonly underWay: number };
  /** Slots a second of each lane, and of those in use what they give at this moment. */
  readonly requestsPerSecond: {
    readonly now: number;
    readonly approved: number;
    readonly lanes: readonly LaneRate[];
  };
  /** Everything that is waited for, those of the whole run first. */
  readonly waits: readonly Wait[];
}

/** Takes the parts of a live run and tells how they stand. */
export function standingOf(
  run: { readonly saved: SavedPlan; readonly journal: JournalWriter; readonly permits: Permits },
  {
    paused,
    slots,
    waits,
  }: { readonly paused: Paused | null; readonly slots: LimitFunction; readonly waits: Waits },
): Standing {
  const { execution } = run.saved;
  const lanes = run.permits.lanes();
  return {
    paused,
    inFlight: {
      now: slots.concurrency,
      approved: execution.inFlight,
      underWay: countInFlight(run.journal),
    },
    requestsPerSecond: { now: run.permits.fullRate, approved: execution.requestsPerSecond, lanes },
    waits: [
      ...(paused ? [{ name: 'paused' as const, step: null, since: paused.since, limit: LIMITS.paused }] : []),
      ...lanes.flatMap(({ held }) => (held ? [{ name: 'rateHold' as const, step: null, ...held }] : [])),
      ...waits.list(),
    ],
  };
}

/** Resizes that hold an in-flight slot: ordered, or about to be, and not waiting for their window. */
export function countInFlight({ replay }: JournalWriter): number {
  return [...replay.state().steps.values()].filter(
    ({ phase, waitsFor }) => phase !== 'ended' && phase !== 'waiting' && waitsFor === null,
  ).length;
}
