/**
 * Control of a live run by its operators. Each command is accepted or refused with a reason, and becomes a journal entry.
 * Commands do not outlive the process. A resumed run starts with the settings of its plan, because a new `apply` means
 * continue. The exceptions are a run that rested and a process that no person started: both keep what operators set.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, iso } from '../../clock.ts';
import type { LaneRate, Permits } from '../../cloud/limit/permits.ts';
import { unreachable } from '../../errors.ts';
import { formatOperator } from '../../journal/fold-run.ts';
import { message, textOf } from '../../messages/messages.ts';
import type { ControlAttempt, ControlCommand, Message, Operator, RunState, SavedPlan } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { StopState } from '../stop-state.ts';
import { LIMITS, type Wait, Waits } from '../waits.ts';
import { answerTo, type Paused, refusalOf, type Situation } from './decide-command.ts';

/** The answer to a command. */
export interface ControlAnswer {
  readonly accepted: boolean;
  /** One sentence: what happens now, or why the command was refused. */
  readonly message: string;
  /** The `Message` that the sentence was made from. */
  readonly messageId: string;
  readonly params: Message['params'];
}

/** The answer that says this message. */
export function createAnswer(accepted: boolean, said: Message): ControlAnswer {
  return { accepted, message: textOf(said), messageId: said.id, params: said.params };
}

/** The run status that a live process reports. The journal does not hold it. */
export interface LiveRunStatus {
  readonly paused: Paused | null;
  /** In-flight slots: the current number, the approved number, and how many are taken. */
  readonly inFlight: { readonly now: number; readonly approved: number; readonly inProgress: number };
  /** Request slots a second: current, approved, and the present rate of each lane in use. */
  readonly requestsPerSecond: {
    readonly now: number;
    readonly approved: number;
    readonly lanes: readonly LaneRate[];
  };
  /** All waits. Waits of the whole run come first. */
  readonly waits: readonly Wait[];
}

/** The parts of a run that control changes. */
export interface Controlled {
  readonly saved: SavedPlan;
  readonly journal: JournalWriter;
  readonly permits: Permits;
  readonly clock: Clock;
  readonly stop: StopState;
}

/** The control of one run in one process. */
export class Control {
  /** The in-flight slots: how many resizes may be in progress at the same time. */
  readonly slots: LimitFunction;
  /** The waits of this process. */
  readonly waits: Waits;
  readonly #run: Controlled;
  readonly #initialRate: number;
  /** In-flight slots as approved, or as an operator set them since. */
  #allowed: number;
  /** The bound of a slow start. */
  #slowStartLimit = Number.POSITIVE_INFINITY;
  #paused: Paused | null = null;
  #continued = new AbortController();
  #change = new AbortController();
  #isClosed = false;

  constructor(run: Controlled) {
    this.#run = run;
    this.#allowed = run.saved.execution.inFlight;
    this.#initialRate = run.permits.fullRate;
    this.slots = pLimit(this.#allowed);
    this.waits = new Waits(run.clock);
  }

  get paused(): Paused | null {
    return this.#paused;
  }

  /** Aborted at the next change of a setting. */
  get changed(): AbortSignal {
    return this.#change.signal;
  }

  /** The run status at this moment. */
  status(): LiveRunStatus {
    const { saved, journal, permits } = this.#run;
    const { inFlight, requestsPerSecond } = saved.execution;
    const paused = this.#paused;
    const lanes = permits.lanes();
    return {
      paused,
      inFlight: {
        now: this.slots.concurrency,
        approved: inFlight,
        inProgress: countInFlight(journal),
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
   * Accepts or refuses a command. An accepted command takes effect immediately; the answer waits until its entry is
   * durable. After the end of the run, Refit refuses every command and writes no entry.
   */
  async handle(command: ControlCommand, by: Operator): Promise<ControlAnswer> {
    const { journal, stop } = this.#run;
    if (this.#isClosed || journal.replay.state().endedAt !== null)
      return createAnswer(false, message(stop.isResting ? 'control.resting' : 'control.run-ended'));
    const situation = this.#situation();
    const refused = refusalOf(command, situation);
    const accepted = refused === null;
    const answer = refused ?? answerTo(command, situation);
    const attempt = { ...inJournal(command), by, accepted, message: answer };
    const written = journal.appendDurably({ kind: 'control-command', ...attempt });
    if (accepted) this.#takeEffect(command, by);
    try {
      await written;
    } catch {
      return createAnswer(false, message('control.journal-failed'));
    } finally {
      if (accepted && command.kind === 'abort') stop.leave();
    }
    return createAnswer(accepted, answer);
  }

  /**
   * Keeps what operators set in the process before. The time limit of a pause counts from its start.
   * @param kept the state of the journal.
   */
  restore({ paused, inFlight, requestsPerSecond }: RunState['control']): void {
    const { saved, permits } = this.#run;
    const { execution } = saved;
    if (inFlight !== null) {
      this.#allowed = Math.min(inFlight, execution.inFlight);
      this.#bindSlots();
    }
    if (requestsPerSecond !== null)
      permits.setFullRate(Math.min(requestsPerSecond, execution.requestsPerSecond));
    if (paused !== null) void this.#pause(paused);
  }

  /**
   * Pauses the run without a command. The caller has already written the reason to the journal. Does nothing if the run
   * is paused. @param by who pauses it, as text.
   */
  hold(by: string): void {
    const { stop } = this.#run;
    if (this.#paused !== null || this.#isClosed || stop.drained.aborted || stop.leaveRequested.aborted)
      return;
    void this.#pause({ since: iso(this.#run.clock.now()), by });
    this.#notifyChange();
  }

  /** Bounds the in-flight slots while a wave starts slowly, over every other setting; null removes the bound. */
  slowStart(most: number | null): void {
    this.#slowStartLimit = most ?? Number.POSITIVE_INFINITY;
    this.#bindSlots();
  }

  /** Ends control with the run: waits end, and commands are refused. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#continued.abort();
    // Another run may use the permits next.
    const { permits } = this.#run;
    if (permits.fullRate !== this.#initialRate) permits.setFullRate(this.#initialRate);
  }

  #situation(): Situation {
    const { saved, journal, permits, stop } = this.#run;
    const { stopping } = journal.replay.state();
    return {
      execution: saved.execution,
      isResting: stop.isResting,
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
        void this.#pause({ since: iso(this.#run.clock.now()), by: formatOperator(by) });
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
    this.#notifyChange();
  }

  /** Pauses the run. A pause that nobody ends drains it, because a forgotten pause holds the locks. */
  async #pause(paused: Paused): Promise<void> {
    const { clock, stop } = this.#run;
    this.#paused = paused;
    const continued = new AbortController();
    this.#continued = continued;
    await clock.sleep(Date.parse(paused.since) + LIMITS.paused - clock.now(), continued.signal);
    if (continued.signal.aborted || stop.drained.aborted || stop.leaveRequested.aborted) return;
    stop.drain(message('control.drained-after-pause', { limit: LIMITS.paused }));
    this.#notifyChange();
  }

  #bindSlots(): void {
    this.slots.concurrency = Math.min(this.#allowed, this.#slowStartLimit);
  }

  #notifyChange(): void {
    const previous = this.#change;
    this.#change = new AbortController();
    previous.abort();
  }
}

function inJournal(command: ControlCommand): Pick<ControlAttempt, 'command' | 'value'> {
  if (command.kind !== 'set') return { command: command.kind, value: null };
  const { setting, value } = command;
  return { command: `set ${setting}`, value: Number.isFinite(value) ? value : null };
}

/** Resizes that hold an in-flight slot: ordered or about to be ordered, and not waiting for their window. */
function countInFlight({ replay }: JournalWriter): number {
  return [...replay.state().steps.values()].filter(
    ({ phase, waitsFor }) => phase !== 'ended' && phase !== 'waiting' && waitsFor === null,
  ).length;
}
