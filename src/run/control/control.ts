/**
 * The control of a live run by its operators. Each command is accepted or refused with the reason, and each is an entry
 * of the journal. It belongs to the process: resumed, a run begins as the plan says, because whoever applies again has
 * told it to go on.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, iso } from '../../clock.ts';
import type { LaneRate, Permits } from '../../cloud/limit/permits.ts';
import { unreachable } from '../../errors.ts';
import { formatOperator } from '../../journal/fold-run.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { ControlAttempt, ControlCommand, Operator, SavedPlan } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { StopState } from '../stop-state.ts';
import { LIMITS, type Wait, Waits } from '../waits.ts';
import { answerTo, type Paused, refusalOf, type Situation } from './decide-command.ts';

/** What came of a command. */
export interface ControlAnswer {
  readonly accepted: boolean;
  /** One sentence: what happens now, or why it was refused. */
  readonly what: string;
}

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

/** What the control of a run works on. */
export interface Controlled {
  readonly saved: SavedPlan;
  readonly journal: JournalWriter;
  readonly permits: Permits;
  readonly clock: Clock;
  readonly stop: StopState;
}

/** The control of one run in one process. */
export class Control {
  /** The in-flight slots: how many resizes go on at the same time. */
  readonly slots: LimitFunction;
  /** What is waited for in this process. */
  readonly waits: Waits;
  readonly #run: Controlled;
  readonly #rateAtFirst: number;
  /** As approved, or as it was set since; and the bound of a slow start. */
  #allowed: number;
  #slowly = Number.POSITIVE_INFINITY;
  #paused: Paused | null = null;
  #continued = new AbortController();
  #change = new AbortController();
  #isClosed = false;

  constructor(run: Controlled) {
    this.#run = run;
    this.#allowed = run.saved.execution.inFlight;
    this.#rateAtFirst = run.permits.fullRate;
    this.slots = pLimit(this.#allowed);
    this.waits = new Waits(run.clock);
  }

  get paused(): Paused | null {
    return this.#paused;
  }

  /** Aborted at the next change of what this control decides. */
  get changed(): AbortSignal {
    return this.#change.signal;
  }

  /** How the run goes on at this moment. */
  standing(): Standing {
    const { saved, journal, permits } = this.#run;
    const { inFlight, requestsPerSecond } = saved.execution;
    const paused = this.#paused;
    const lanes = permits.lanes();
    return {
      paused,
      inFlight: {
        now: this.slots.concurrency,
        approved: inFlight,
        underWay: countInFlight(journal),
      },
      requestsPerSecond: { now: permits.fullRate, approved: requestsPerSecond, lanes },
      waits: [
        ...(paused
          ? [{ name: 'paused' as const, step: null, since: paused.since, limit: LIMITS.paused }]
          : []),
        ...lanes.flatMap(({ held }) => (held ? [{ name: 'rateHold' as const, step: null, ...held }] : [])),
        ...this.waits.list(),
      ],
    };
  }

  /**
   * Does what is told, or not. What is accepted takes effect immediately; the answer comes when the entry is durable.
   * After the end of the run, everything is refused and nothing is written down.
   */
  async command(command: ControlCommand, by: Operator): Promise<ControlAnswer> {
    const { journal, stop } = this.#run;
    if (this.#isClosed || journal.replay.state().endedAt !== null)
      return { accepted: false, what: textOf(message('control.run-ended')) };
    const situation = this.#situation();
    const refused = refusalOf(command, situation);
    const accepted = refused === null;
    const answer = refused ?? answerTo(command, situation);
    const written = journal.record({
      kind: 'control-command',
      ...inJournal(command),
      by,
      accepted,
      message: answer,
    });
    if (accepted) this.#takeEffect(command, by);
    try {
      await written;
    } catch {
      return { accepted: false, what: textOf(message('control.journal-failed')) };
    } finally {
      if (accepted && command.kind === 'abort') stop.leave();
    }
    return { accepted, what: textOf(answer) };
  }

  /**
   * Pauses the run as a command would, without one: whoever calls has written down why. Nothing where it is paused
   * already. @param by who does it, in words.
   */
  hold(by: string): void {
    const { stop } = this.#run;
    if (this.#paused !== null || this.#isClosed || stop.drained.aborted || stop.toldToLeave.aborted) return;
    void this.#pause(by);
    this.#tellChange();
  }

  /** While a wave starts slowly, at most so many in flight, whatever else was set; null: no such bound. */
  slowStart(most: number | null): void {
    this.#slowly = most ?? Number.POSITIVE_INFINITY;
    this.#bindSlots();
  }

  /** The run is over: nothing waits any more, and nothing is accepted. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#continued.abort();
    // The permits may be another run's next.
    const { permits } = this.#run;
    if (permits.fullRate !== this.#rateAtFirst) permits.setFullRate(this.#rateAtFirst);
  }

  #situation(): Situation {
    const { saved, journal, permits, stop } = this.#run;
    const { stopping } = journal.replay.state();
    return {
      execution: saved.execution,
      isLeaving: stop.mustLeave,
      stopping: stopping?.message ?? (stop.drained.aborted ? stop.drainedBy : null),
      paused: this.#paused,
      inFlight: this.#allowed,
      requestsPerSecond: permits.fullRate,
      count: countInFlight(journal),
    };
  }

  #takeEffect(command: ControlCommand, by: Operator): void {
    const { permits, stop } = this.#run;
    switch (command.kind) {
      case 'pause':
        void this.#pause(formatOperator(by));
        break;
      case 'continue':
        this.#paused = null;
        this.#continued.abort();
        break;
      case 'drain':
        stop.drain(message('control.drained-by-operator', { by: formatOperator(by) }));
        break;
      case 'abort':
        stop.isLeaving = true;
        break;
      case 'set':
        if (command.setting === 'inFlight') {
          this.#allowed = command.value;
          this.#bindSlots();
        } else permits.setFullRate(command.value);
        break;
      default:
        return unreachable(command);
    }
    this.#tellChange();
  }

  /** A pause that nobody ends drains the run, because one that was forgotten holds its locks. */
  async #pause(by: string): Promise<void> {
    const { clock, stop } = this.#run;
    this.#paused = { since: iso(clock.now()), by };
    const continued = new AbortController();
    this.#continued = continued;
    await clock.sleep(LIMITS.paused, continued.signal);
    if (continued.signal.aborted || stop.drained.aborted || stop.toldToLeave.aborted) return;
    stop.drain(message('control.drained-after-pause', { limit: LIMITS.paused }));
    this.#tellChange();
  }

  #bindSlots(): void {
    this.slots.concurrency = Math.min(this.#allowed, this.#slowly);
  }

  #tellChange(): void {
    const told = this.#change;
    this.#change = new AbortController();
    told.abort();
  }
}

function inJournal(command: ControlCommand): Pick<ControlAttempt, 'command' | 'value'> {
  if (command.kind !== 'set') return { command: command.kind, value: null };
  const { setting, value } = command;
  return { command: `set ${setting}`, value: Number.isFinite(value) ? value : null };
}

/** Resizes that hold an in-flight slot: ordered, or about to be, and not waiting for their window. */
function countInFlight({ replay }: JournalWriter): number {
  return [...replay.state().steps.values()].filter(
    ({ phase, waitsFor }) => phase !== 'ended' && phase !== 'waiting' && waitsFor === null,
  ).length;
}
