/**
 * The loop of a worker: it takes runs from a store and works on some of them at the same time, until a signal. It decides
 * nothing about a run: the row of the run says whether there is work, and `carryOut` does it.
 *
 *     takes runs ──signal──► hands its runs over ──► ends
 *         │  ▲                    │ second signal, or too slow
 *         ▼  │                    ▼
 *     store away: tries again   leaves its runs; the next owner resumes them
 *     clock wrong: waits
 */
import { CLOCK_SKEW, type Clock } from '../clock.ts';
import { messageOf, RefitError } from '../errors.ts';
import { HANDING_OVER } from '../operations/runs/work-on-run.ts';
import { LONGEST_JOB, type RunJob } from '../store/postgres/queue.ts';
import { BEAT_EVERY, type Work } from '../store/postgres/work.ts';
import { SECOND } from '../units.ts';

/** What stops the work on one run. */
export interface WorkSignals {
  /** Aborted to start nothing new. The reason `HANDING_OVER` lets another process go on. */
  readonly drain: AbortSignal;
  /** Aborted to end immediately; the reason is an exit code. */
  readonly leave: AbortSignal;
}

export interface WorkerPorts {
  readonly work: Work;
  readonly clock: Clock;
  /** How many runs at the same time. */
  readonly concurrency: number;
  /** Works on a run until it ends or waits, and says in its row how it goes on. */
  readonly carryOut: (run: string, signals: WorkSignals) => Promise<void>;
  /** Aborted by the first signal; the reason is the exit code. */
  readonly drain: AbortSignal;
  /** Aborted by the second signal. */
  readonly leave: AbortSignal;
  /** Writes a line about a run; null: about the worker. */
  readonly log: (run: string | null, text: string) => void;
}

/**
 * How far the clock may be from the database's, milliseconds. The provider refuses requests at five minutes (docs/provider.md
 * P153), and each refusal would halt a run that another worker can carry out.
 */
const CLOCK_TOLERATED: number = CLOCK_SKEW - 30 * SECOND;
const STARTING = 'starting';
/** How often a worker looks for runs without a notification: for those whose time has come, milliseconds. */
const LOOK_EVERY = 5 * SECOND;
/** The pauses while the store is away, milliseconds; the last one repeats. */
const STORE_PAUSES = [SECOND / 2, SECOND, 2 * SECOND, 5 * SECOND];
/** Calls of a worker follow each other without a failure for so long before it declares others dead, milliseconds. */
const STEADY_AFTER = 5 * SECOND;
/** How long a run may record orders in flight before it goes to another worker, milliseconds. */
export const HAND_OVER_GRACE: number = 10 * SECOND;
/** How long the end waits for runs that leave, milliseconds. */
const LEAVE_GRACE = 5 * SECOND;

interface Running {
  readonly job: RunJob;
  readonly drain: AbortController;
  readonly leave: AbortController;
  readonly ended: Promise<void>;
}

/** A worker, and what it does now. */
export class Worker {
  readonly #ports: WorkerPorts;
  readonly #running = new Map<string, Running>();
  readonly #bell = createBell();
  /** Aborted when nothing is done any more. */
  readonly #over = new AbortController();
  #problem: string | null = null;
  /** Nothing is taken before the first beat has compared the clocks. */
  #clockProblem: string | null = STARTING;
  /** Calls to the store that failed since the last one that did not. */
  #failures = 0;
  /** Since when the store answers, by the monotonic clock. */
  #steadySince: number;
  #fatal: RefitError | null = null;

  constructor(ports: WorkerPorts) {
    this.#ports = ports;
    this.#steadySince = ports.clock.monotonic();
  }

  /** The ids of the runs that it works on. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Why it takes no runs now; null: it takes some. */
  get whyIdle(): string | null {
    return this.#problem ?? this.#clockProblem;
  }

  /** Works until a signal. @returns the exit code. @throws RefitError `store-restored` */
  async run(): Promise<number> {
    const { work, drain } = this.#ports;
    const listening = work.onWork(() => this.#bell.ring());
    const beating = this.#keepBeating();
    try {
      await this.#keepTaking();
      await this.#handAllOver();
    } finally {
      this.#over.abort();
      listening.close();
      await beating;
      await this.#withStore(() => work.leave());
    }
    if (this.#fatal !== null) throw this.#fatal;
    return typeof drain.reason === 'number' ? drain.reason : 0;
  }

  async #keepBeating(): Promise<void> {
    const { work, clock, drain } = this.#ports;
    while (!this.#over.signal.aborted) {
      const jobs = [...this.#running.values()].map(({ job }) => job);
      const state = await this.#withStore(() => work.beat(jobs));
      if (state !== null) this.#judgeClock(state.ahead);
      const isSteady = clock.monotonic() - this.#steadySince >= STEADY_AFTER;
      if (state?.leads === true && isSteady && !drain.aborted) await this.#withStore(() => work.lead());
      // A run that was woken may lack a job, and the leader makes it.
      const rung = state?.leads === true ? this.#bell.next() : this.#over.signal;
      await clock.sleep(this.#pause(BEAT_EVERY), AbortSignal.any([rung, this.#over.signal]));
    }
  }

  async #keepTaking(): Promise<void> {
    const { work, clock, drain, concurrency } = this.#ports;
    const stop = AbortSignal.any([drain, this.#over.signal]);
    while (!stop.aborted) {
      const free = concurrency - this.#running.size;
      const rung = this.#bell.next();
      const takes = free > 0 && this.#clockProblem === null;
      const taken = takes ? await this.#withStore(() => work.take(free)) : null;
      for (const job of taken ?? []) {
        // The job of a run that this worker lost, and got again while it still ends the first one.
        if (this.#running.has(job.run)) await this.#withStore(() => work.finish(job, false));
        else this.#start(job);
      }
      if (taken !== null && taken.length === free) continue;
      await clock.sleep(this.#pause(LOOK_EVERY), AbortSignal.any([rung, stop]));
    }
  }

  #start(job: RunJob): void {
    const { work, clock } = this.#ports;
    const [drain, leave] = [new AbortController(), new AbortController()];
    const ended = this.#carryOut(job, { drain: drain.signal, leave: leave.signal }).then(
      async (hasFailed) => {
        // If the store is away, the job ends by itself: nobody says any more that this process works on it.
        await this.#withStore(() => work.finish(job, hasFailed));
        this.#running.delete(job.run);
        this.#bell.ring();
      },
    );
    const one = { job, drain, leave, ended };
    this.#running.set(job.run, one);
    void handOverAfter(clock, LONGEST_JOB, one);
  }

  /** Works on the run of a job. Never rejects. @returns whether it failed. */
  async #carryOut({ run }: RunJob, signals: WorkSignals): Promise<boolean> {
    try {
      await this.#ports.carryOut(run, signals);
      return false;
    } catch (error) {
      if (isFatal(error)) this.#fail(error);
      this.#ports.log(run, withFix(error));
      return true;
    }
  }

  async #handAllOver(): Promise<void> {
    const { clock, leave, log } = this.#ports;
    const all = [...this.#running.values()];
    if (all.length > 0) log(null, `hands over ${all.length} ${all.length === 1 ? 'run' : 'runs'}`);
    for (const one of all) void handOver(clock, one, leave, this.#fatal !== null);
    const ended = Promise.all(all.map((one) => one.ended));
    const late = clock.sleep(HAND_OVER_GRACE + LEAVE_GRACE, abortedAfter(leave, clock, LEAVE_GRACE));
    await Promise.race([ended, late]);
  }

  /** One call to the store. @returns null if it failed. */
  async #withStore<T>(call: () => Promise<T>): Promise<T | null> {
    const { log, clock } = this.#ports;
    try {
      const value = await call();
      if (this.#problem !== null) {
        log(null, 'the store answers again');
        this.#steadySince = clock.monotonic();
      }
      this.#problem = null;
      this.#failures = 0;
      return value;
    } catch (error) {
      if (isFatal(error)) this.#fail(error);
      else if (this.#problem === null) log(null, `${withFix(error)}; this worker tries again`);
      this.#problem = messageOf(error);
      this.#failures++;
      return null;
    }
  }

  #judgeClock(ahead: number): void {
    const was = this.#clockProblem;
    if (Math.abs(ahead) > CLOCK_TOLERATED) {
      if (was !== null && was !== STARTING) return;
      const how = `${Math.round(Math.abs(ahead) / SECOND)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
      this.#clockProblem = `the clock of this host is ${how} that of the database`;
      const fix = 'set the clock of the host that is wrong';
      this.#ports.log(null, `${this.#clockProblem}: this worker takes no runs; fix: ${fix}`);
      return;
    }
    if (was === null) return;
    this.#clockProblem = null;
    if (was !== STARTING) this.#ports.log(null, 'the clock of this host is right again');
    this.#bell.ring();
  }

  #pause(usual: number): number {
    if (this.#problem === null) return usual;
    return STORE_PAUSES[Math.min(this.#failures, STORE_PAUSES.length) - 1]!;
  }

  #fail(error: RefitError): void {
    this.#fatal ??= error;
    this.#over.abort();
  }
}

function withFix(error: unknown): string {
  return error instanceof RefitError ? `${error.message}; fix: ${error.fix}` : messageOf(error);
}

/** After this error, a worker must not touch the store any more. */
function isFatal(error: unknown): error is RefitError {
  return error instanceof RefitError && error.code === 'store-restored';
}

/** Lets a run end its orders in flight, then leaves it, so that another worker can follow what takes longer. */
async function handOver(clock: Clock, one: Running, leave: AbortSignal, isNow: boolean): Promise<void> {
  one.drain.abort(HANDING_OVER);
  if (!isNow) await clock.sleep(HAND_OVER_GRACE, leave);
  one.leave.abort(143);
}

async function handOverAfter(clock: Clock, ms: number, one: Running): Promise<void> {
  const ended = new AbortController();
  void one.ended.then(() => ended.abort());
  await clock.sleep(ms, AbortSignal.any([ended.signal, one.drain.signal]));
  if (!ended.signal.aborted && !one.drain.signal.aborted) await handOver(clock, one, ended.signal, false);
}

/** A signal that is aborted some time after another one. */
function abortedAfter(signal: AbortSignal, clock: Clock, ms: number): AbortSignal {
  const after = new AbortController();
  const start = (): void => void clock.sleep(ms).then(() => after.abort());
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return after.signal;
}

/** Wakes the loop. A ring between two waits is not lost. */
function createBell() {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    /** The next ring, counted from this call. */
    next(): AbortSignal {
      if (rung.signal.aborted) rung = new AbortController();
      return rung.signal;
    },
  };
}
