/**
 * Follows the runs that somebody watches, each once, however many watch it:
 *
 *     journal ──every 150 ms──► facts ──► the changed steps and the picture, encoded once ──► each browser
 *     process ──every second──► paused, waits, rates
 *
 * An event has the number of the last journal entry in it as its id. A browser that connects again names the last id that it
 * got, and gets the steps that changed since then. Nobody waits for a slow browser: it is cut off, and connects again.
 */
import type { Clock } from '../../clock.ts';
import { formatOperator } from '../../journal/fold-run.ts';
import { faultOf } from '../../messages/refit-error.ts';
import type { JournalEntry, RunState } from '../../model.ts';
import { gatherBoundaries } from '../../operations/picture/gate-facts.ts';
import { gatherRate } from '../../operations/picture/rate-history.ts';
import { gatherFacts, type RunFacts } from '../../operations/picture/run-facts.ts';
import { followStatus, type RunReader, type RunStatus } from '../../operations/runs/read-run.ts';
import { escapeControls } from '../../text.ts';
import { SECOND } from '../../units.ts';
import type { RunEvents, StepRow, WholeRunView } from '../api/runs.ts';
import type { EventStream } from './event-stream.ts';
import { LimitReached } from './limits.ts';
import { stepRows, viewOf } from './run-view.ts';

const READ_EVERY = 150;
const STATUS_EVERY = SECOND;
/** After a failed reading. */
const TRY_AGAIN = SECOND;
/** A run that nobody watches is followed for so long. */
const LINGERS = 5 * SECOND;
/** A browser with so many bytes that it has not read is cut off. */
const MOST_UNREAD = 4 * 1_024 * 1_024;
/** Browsers that watch at the same time, over all runs. */
export const MOST_WATCHERS = 1_200;
/** Seconds. */
const TRY_LATER = 30;

export interface RunFeeds {
  /**
   * All of a run, as it is now. @param first only so many steps, and as many that did not go as planned; absent: all.
   * @throws RefitError as `RunReader.read` does.
   */
  whole(run: RunReader, first?: number): Promise<WholeRunView>;
  /**
   * Sends the events of a run to a browser until it leaves.
   * @param after the number of the last entry that it has. @throws LimitReached if too many watch; or as `whole` does.
   */
  watch(run: RunReader, after: number, open: () => EventStream): Promise<void>;
  close(): void;
}

export function createRunFeeds(clock: Clock): RunFeeds {
  const feeds = new Map<string, Feed>();
  let watchers = 0;
  const feedOf = (run: RunReader): Feed => {
    const known = feeds.get(run.name);
    if (known !== undefined) return known;
    const feed = new Feed(run, clock, () => feeds.delete(run.name));
    feeds.set(run.name, feed);
    return feed;
  };
  return {
    whole: (run, first) => feedOf(run).whole(first),
    async watch(run, after, open) {
      if (watchers >= MOST_WATCHERS)
        throw new LimitReached({
          ...{ status: 429, code: 'too-many', retryAfter: TRY_LATER },
          message: `${MOST_WATCHERS} pages watch runs already`,
          fix: 'close some of them, and reload this page',
        });
      watchers += 1;
      const leave = (): void => {
        watchers -= 1;
      };
      try {
        await feedOf(run).watch(after, open, leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    close() {
      for (const feed of feeds.values()) feed.close();
    },
  };
}

/** What one run has come to. */
interface Known {
  readonly facts: RunFacts;
  readonly boundaries: ReturnType<typeof gatherBoundaries>;
  readonly rate: ReturnType<typeof gatherRate>;
  readonly row: (at: number, state: RunState) => StepRow;
  /** The steps by their ids: their places in the plan. */
  readonly places: ReadonlyMap<string, number>;
  /** For each step, the number of the last entry that changed it. */
  readonly changedAt: number[];
  status: RunStatus;
  seq: number;
  /** Who started the first process; null: none has started. */
  startedBy: string | null;
}

class Feed {
  readonly #run: RunReader;
  readonly #clock: Clock;
  readonly #onIdle: () => void;
  readonly #watchers = new Set<EventStream>();
  readonly #over = new AbortController();
  readonly #reader: ReturnType<typeof followStatus>;
  #known: Known | null = null;
  #first: Promise<Known> | null = null;

  constructor(run: RunReader, clock: Clock, onIdle: () => void) {
    this.#run = run;
    this.#clock = clock;
    this.#onIdle = onIdle;
    this.#reader = followStatus(run);
  }

  async whole(first = Number.POSITIVE_INFINITY): Promise<WholeRunView> {
    const known = await this.#ready();
    const { state } = known.status.run;
    return {
      seq: known.seq,
      run: this.#view(known),
      steps: stepsToShow(known, state, first),
    };
  }

  async watch(after: number, open: () => EventStream, leave: () => void): Promise<void> {
    const known = await this.#ready();
    const stream = open();
    // The browser left while the run was read.
    if (stream.destroyed) return leave();
    this.#watchers.add(stream);
    stream.on('close', () => {
      this.#watchers.delete(stream);
      leave();
      if (this.#watchers.size === 0) this.close();
    });
    if (after > known.seq) stream.write(encode(known.seq, 'restart', null));
    stream.write(encode(known.seq, 'run', this.#view(known)));
    const { state } = known.status.run;
    const missed = known.changedAt.flatMap((seq, at) => (seq > after ? [known.row(at, state)] : []));
    if (missed.length > 0) stream.write(encode(known.seq, 'steps', missed));
  }

  /** Ends the reading. A page that still watches connects again. */
  close(): void {
    this.#over.abort();
    this.#onIdle();
    for (const stream of this.#watchers) stream.end();
  }

  /** Reads once, and then keeps reading while somebody watches. */
  #ready(): Promise<Known> {
    if (this.#known !== null && !this.#over.signal.aborted) return Promise.resolve(this.#known);
    this.#first ??= this.#read(true).then(
      (known) => {
        void this.#keepReading();
        return known;
      },
      (error) => {
        this.close();
        throw error;
      },
    );
    return this.#first;
  }

  async #keepReading(): Promise<void> {
    const { signal } = this.#over;
    let statusAt = this.#clock.monotonic();
    let idleSince: number | null = null;
    while (!signal.aborted) {
      await this.#clock.sleep(READ_EVERY, signal);
      if (signal.aborted) return;
      const now = this.#clock.monotonic();
      idleSince = this.#watchers.size > 0 ? null : (idleSince ?? now);
      if (idleSince !== null && now - idleSince > LINGERS) return this.close();
      const isStatusDue = now - statusAt >= STATUS_EVERY;
      if (isStatusDue) statusAt = now;
      await this.#readAndSend(isStatusDue);
    }
  }

  async #readAndSend(isStatusDue: boolean): Promise<void> {
    try {
      const before = this.#known?.seq ?? 0;
      const known = await this.#read(isStatusDue);
      if (known.seq !== before || isStatusDue) this.#send(known, before);
    } catch (error) {
      this.#broadcast(encode(this.#known?.seq ?? 0, 'fault', faultOf(error)));
      await this.#clock.sleep(TRY_AGAIN, this.#over.signal);
    }
  }

  #send(known: Known, before: number): void {
    const { state } = known.status.run;
    const changed = known.changedAt.flatMap((seq, at) => (seq > before ? [known.row(at, state)] : []));
    const text = encode(known.seq, 'run', this.#view(known));
    this.#broadcast(changed.length === 0 ? text : text + encode(known.seq, 'steps', changed));
  }

  #view(known: Known) {
    const { status, facts, boundaries, rate, startedBy } = known;
    return viewOf(this.#run.id, status, {
      picture: facts.picture(status.live),
      boundaries: boundaries.boundaries(status.run.state, status.live),
      orders: rate.history(),
      programs: boundaries.programs,
      startedBy,
    });
  }

  #broadcast(text: string): void {
    for (const stream of this.#watchers) {
      if (stream.writableLength > MOST_UNREAD) stream.destroy();
      else stream.write(text);
    }
  }

  /** Reads what is new. @param isStatusDue also asks the process of the run. */
  async #read(isStatusDue: boolean): Promise<Known> {
    const fresh: JournalEntry[] = [];
    const status = await this.#reader.read(
      (entry) => void fresh.push(entry),
      () => {
        // Now, because the reading can fail after that.
        this.#known = null;
        this.#broadcast(encode(0, 'restart', null));
      },
      isStatusDue,
    );
    this.#known ??= startKnown(status, this.#clock);
    const known = this.#known;
    known.status = status;
    for (const entry of fresh) {
      known.facts.add(entry);
      known.boundaries.add(entry);
      known.rate.add(entry);
      if (entry.kind === 'run-started') known.startedBy ??= escapeControls(formatOperator(entry.by));
      known.seq = entry.seq;
      const at = 'step' in entry && entry.step !== null ? known.places.get(entry.step) : undefined;
      if (at !== undefined) known.changedAt[at] = entry.seq;
    }
    return known;
  }
}

function startKnown(status: RunStatus, clock: Clock): Known {
  const { saved } = status.run;
  return {
    facts: gatherFacts(saved, () => clock.now()),
    boundaries: gatherBoundaries(saved),
    rate: gatherRate(),
    row: stepRows(saved),
    places: new Map(saved.steps.map(({ id }, at) => [id, at])),
    changedAt: saved.steps.map(() => 0),
    status,
    seq: 0,
    startedBy: null,
  };
}

/** The first steps, and as many of the rest that did not go as planned: what a screen shows before everything has arrived. */
function stepsToShow({ changedAt, row, status }: Known, state: RunState, first: number): StepRow[] {
  const rows: StepRow[] = [];
  let urgent = 0;
  for (const at of changedAt.keys()) {
    const { outcome, phase } = state.steps.get(status.run.saved.steps[at]!.id)!;
    const isUrgent = phase === 'ended' && outcome !== 'verified' && urgent < first;
    if (at >= first && !isUrgent) continue;
    if (isUrgent) urgent += 1;
    rows.push(row(at, state));
  }
  return rows;
}

/** One event. JSON has no line feed, so it is one line. */
function encode<Kind extends keyof RunEvents>(id: number, kind: Kind, data: RunEvents[Kind]): string {
  return `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
