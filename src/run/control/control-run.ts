/**
 * What a live run can be told while it goes on, and by whom: each command is accepted or refused with the reason, and
 * each is an entry of the journal. It belongs to the process: taken up again, a run begins as the plan says, because
 * whoever applies again has told it to go on. What was approved is never exceeded.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, iso } from '../../clock.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import { unreachable } from '../../errors.ts';
import { saySteerer } from '../../journal/fold-control.ts';
import type { SavedPlan, SteerCommand, Steered, Steerer } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import { beginWaits, LIMITS, MINUTE, type Waits } from '../waits.ts';
import { countUnderWay, type Standing, standingOf } from './run-status.ts';

/** What came of a command. */
export interface SteerAnswer {
  readonly accepted: boolean;
  /** One sentence: what happens now, or why it was refused. */
  readonly what: string;
}

/** The steering of one run in this process. */
export interface Steering {
  /**
   * Does what is told, or not. What is accepted takes effect at once; the answer comes when the entry is durable. After
   * the end of the run, everything is refused and nothing is written down.
   */
  command(command: SteerCommand, by: Steerer): Promise<SteerAnswer>;
  /** The one place that decides how many resizes are under way at once. */
  readonly places: LimitFunction;
  /**
   * Pauses the run as a command would, without one: whoever calls has written down why. Nothing where it is paused
   * already. @param by who does it, in words.
   */
  hold(by: string): void;
  /** While a wave starts slowly, at most so many at once, whatever else was set; null: no such bound. */
  slowStart(most: number | null): void;
  /** What is waited for in this process. */
  readonly waits: Waits;
  /** How the run goes on at this moment. */
  standing(): Standing;
  /** Since when, ISO 8601 UTC, and by whom; null while it is not paused. */
  readonly paused: { readonly since: string; readonly by: string } | null;
  /** Aborted by the first signal, or by `drain`: nothing new starts. Its reason is the exit code. */
  readonly drain: AbortSignal;
  /** Aborted by the second signal, or by `abort`: leave at once. Its reason is the exit code. */
  readonly leave: AbortSignal;
  /** True from the moment at which `abort` was accepted: nothing is sent while its entry is being written. */
  readonly leaving: boolean;
  /** Who or what drains it, in words. */
  readonly drainedBy: string;
  /** Aborted at the next change of any of these. */
  readonly changed: AbortSignal;
  /** The run is over: nothing waits any more, and nothing is accepted. */
  close(): void;
}

/** What a run exits with that was told to stop otherwise than by a signal: as by the polite one. */
const TOLD_TO_STOP = 143;

/** The least rate that can be set: below it, one round of reading would take minutes. */
const LEAST_RATE = 0.1;

/**
 * @param drain the first signal. @param leave the second.
 * @param journal taken up: its `run-started` entry is written.
 */
export function openSteering(options: {
  readonly saved: SavedPlan;
  readonly journal: JournalWriter;
  readonly permits: Permits;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly leave: AbortSignal;
}): Steering {
  const { saved, journal, permits, clock } = options;
  const { execution } = saved;
  const places = pLimit(execution.inFlight);
  /** As approved, or as it was set since; and the bound of a slow start. */
  let allowed = execution.inFlight;
  let slowly = Number.POSITIVE_INFINITY;
  const bindPlaces = (): void => {
    places.concurrency = Math.min(allowed, slowly);
  };
  const draining = new AbortController();
  const left = new AbortController();
  const drain = AbortSignal.any([options.drain, draining.signal]);
  const leave = AbortSignal.any([options.leave, left.signal]);
  let drainedBy = 'told to stop';
  let paused: Steering['paused'] = null;
  let resumed = new AbortController();
  const rateAtFirst = permits.fullRate;
  let leaving = false;
  let closed = false;
  let change = new AbortController();

  const tellChange = (): void => {
    const told = change;
    change = new AbortController();
    told.abort();
  };
  const startDraining = (by: string): void => {
    drainedBy = by;
    draining.abort(TOLD_TO_STOP);
  };
  const pause = async (by: string): Promise<void> => {
    paused = { since: iso(clock.now()), by };
    const until = new AbortController();
    resumed = until;
    await clock.sleep(LIMITS.paused, until.signal);
    if (until.signal.aborted || drain.aborted || leave.aborted) return;
    startDraining(`paused for ${LIMITS.paused / (60 * MINUTE)} hours`);
    tellChange();
  };
  const underWay = (): string => {
    const open = countUnderWay(journal);
    if (open === 0) return 'nothing is under way';
    return open === 1 ? '1 resize is under way' : `${open} resizes are under way`;
  };

  /** Why a command is refused now; null where it is not. */
  const refusal = (command: SteerCommand): string | null => {
    if (leaving || leave.aborted) return 'the run is leaving at once';
    const { stopping } = journal.replay.state();
    const stops = stopping?.what ?? (drain.aborted ? drainedBy : null);
    switch (command.kind) {
      case 'pause':
        if (stops !== null) return `the run is stopping: ${stops}`;
        return paused && `already paused, since ${paused.since} by ${paused.by}`;
      case 'continue':
        if (stops !== null) return `the run is stopping: ${stops}`;
        return paused ? null : 'not paused';
      case 'drain':
        return stops === null ? null : `the run is stopping already: ${stops}`;
      case 'abort':
        return null;
      case 'set': {
        const { setting, value } = command;
        // A run that stops still reads: its rate may be changed to the end.
        if (setting === 'inFlight' && stops !== null) return `the run is stopping: ${stops}`;
        const least = setting === 'inFlight' ? 1 : LEAST_RATE;
        const most = execution[setting];
        const whole = setting === 'inFlight';
        if (!Number.isFinite(value) || value < Math.min(least, most) || (whole && !Number.isInteger(value)))
          return `${setting} takes a ${whole ? 'whole ' : ''}number from ${Math.min(least, most)} to ${most}`;
        if (value > most)
          return `above what was approved: the plan says ${setting} ${most}; for more, drain this run and make a new plan: refit plan PLAN -o SAVED`;
        const now = setting === 'inFlight' ? allowed : permits.fullRate;
        return value === now ? `${setting} is ${now} already` : null;
      }
      default:
        return unreachable(command);
    }
  };
  /** What is answered to an accepted command; said before it takes effect. */
  const say = (command: SteerCommand): string => {
    switch (command.kind) {
      case 'pause':
        return `paused: no new order starts, what is under way is followed to its end (${underWay()}); after ${LIMITS.paused / (60 * MINUTE)} hours without continue the run drains`;
      case 'continue':
        return `going on: paused since ${paused?.since}`;
      case 'drain':
        return `draining: no new order starts, what is under way is followed to its end (${underWay()})`;
      case 'abort':
        return `leaving at once, ${underWay()}: the same apply goes on later and settles them first`;
      case 'set':
        return command.setting === 'inFlight'
          ? `inFlight is ${command.value} now, it was ${allowed}; ${underWay()}`
          : `requestsPerSecond is ${command.value} now, it was ${permits.fullRate}`;
      default:
        return unreachable(command);
    }
  };
  const takeEffect = (command: SteerCommand, by: Steerer): void => {
    switch (command.kind) {
      case 'pause':
        void pause(saySteerer(by));
        break;
      case 'continue':
        paused = null;
        resumed.abort();
        break;
      case 'drain':
        startDraining(`told to drain by ${saySteerer(by)}`);
        break;
      case 'abort':
        leaving = true;
        break;
      case 'set':
        if (command.setting === 'inFlight') {
          allowed = command.value;
          bindPlaces();
        } else permits.setFullRate(command.value);
        break;
      default:
        return unreachable(command);
    }
    tellChange();
  };

  const steering: Steering = {
    async command(command, by) {
      if (closed || journal.replay.state().endedAt !== null) {
        return { accepted: false, what: 'the run has ended' };
      }
      const refused = refusal(command);
      const accepted = refused === null;
      const what = refused ?? say(command);
      const written = journal.record({ kind: 'steered', ...inJournal(command), by, accepted, what });
      if (accepted) takeEffect(command, by);
      try {
        await written;
      } catch {
        return { accepted: false, what: 'the journal cannot be written: nothing more is ordered' };
      } finally {
        if (accepted && command.kind === 'abort') left.abort(TOLD_TO_STOP);
      }
      return { accepted, what };
    },
    places,
    hold(by) {
      if (paused !== null || closed || drain.aborted || leave.aborted) return;
      void pause(by);
      tellChange();
    },
    slowStart(most) {
      slowly = most ?? Number.POSITIVE_INFINITY;
      bindPlaces();
    },
    waits: beginWaits(clock),
    standing: () => standingOf(steering, { saved, journal, permits }),
    get paused() {
      return paused;
    },
    drain,
    leave,
    get leaving() {
      return leaving;
    },
    get drainedBy() {
      return drainedBy;
    },
    get changed() {
      return change.signal;
    },
    close() {
      if (closed) return;
      closed = true;
      resumed.abort();
      // The permits may be another run's next.
      if (permits.fullRate !== rateAtFirst) permits.setFullRate(rateAtFirst);
    },
  };
  return steering;
}

function inJournal(command: SteerCommand): Pick<Steered, 'command' | 'value'> {
  if (command.kind !== 'set') return { command: command.kind, value: null };
  const { setting, value } = command;
  return { command: `set ${setting}`, value: Number.isFinite(value) ? value : null };
}
