/**
 * The server of a simulated store: the tables of the PostgreSQL store in memory. `statements.ts` carries out the SQL of
 * `src/store/postgres/runs/` on them, each statement in one moment. `database.ts` is the connection of one process.
 */
import type { VirtualClock } from '../../../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN } from '../../../src/journal/chain.ts';
import type { JournalEntry, SavedPlan } from '../../../src/model.ts';
import { earliestSeal } from '../../../src/plan/may-start.ts';
import { encodeSavedPlan } from '../../../src/plan/saved/seal-plan.ts';
import { LEASE } from '../../../src/store/postgres/runs/owner.ts';

/** What somebody can disable on purpose. */
export interface StoreSabotage {
  /** An append does not demand the epoch. */
  readonly ignoresEpoch: boolean;
  /** An append does not demand the head. */
  readonly ignoresHead: boolean;
  /** A restored store counts as the same store. */
  readonly hidesRestore: boolean;
}

/** One row of `refit.runs`, with its rows of `refit.journal`. */
export interface RunRow {
  readonly id: string;
  readonly number: number;
  readonly saved: SavedPlan;
  readonly plan: string;
  epoch: number;
  owner: { readonly token: string; readonly host: string; readonly pid: number } | null;
  /** When the owner said something last, monotonic milliseconds. */
  ownerSeenAt: number;
  /** Claims since the run last got further, and until when it waits because of them, monotonic milliseconds. */
  starts: number;
  pausedUntil: number;
  lines: readonly string[];
  entries: readonly JournalEntry[];
  head: ChainEnd;
  generation: number;
  state: string;
  /** Milliseconds since 1970 UTC. */
  wakeAt: number | null;
  wakesOn: string | null;
  /** What the run waits for: the event of `whenToWake`. */
  waiting: { readonly event?: string } | null;
  report: { readonly head: string | null } | null;
}

/** One row of `refit.control`. */
export interface ControlRow {
  readonly id: number;
  readonly run: string;
  readonly epoch: number;
  readonly request: string;
  /** Milliseconds since 1970 UTC. */
  readonly askedAt: number;
  isTaken: boolean;
  answer: string | null;
}

/** All tables. A backup copies them. */
export interface Tables {
  readonly runs: Map<string, RunRow>;
  readonly instances: Map<string, string>;
  readonly control: Map<number, ControlRow>;
}

/** A transaction that has not ended, and the rows that it locks. */
export interface Transaction {
  readonly locks: Set<string>;
  /** Undone by a rollback, the last one first. */
  readonly undo: (() => void)[];
  /** Happens at the commit. */
  readonly done: (() => void)[];
  isOver: boolean;
}

/** What the store shows to the simulation. */
export interface StoreWatcher {
  /** A claim is committed. */
  claimed(row: RunRow): void;
  appended(row: RunRow, fresh: readonly JournalEntry[], epoch: number): void;
  /** The generation of a run is that of the store again. */
  registered(row: RunRow): void;
  /** @param rows the runs that the backup has, by number. */
  restored(rows: ReadonlyMap<number, RunRow>): void;
}

export type Store = ReturnType<typeof createStore>;

/** Between two looks for a lock that another transaction holds, milliseconds. */
const LOCK_LOOK = 25;

/** Creates an empty store. */
export function createStore(time: VirtualClock, watcher: StoreWatcher, sabotage: StoreSabotage) {
  let tables: Tables = { runs: new Map(), instances: new Map(), control: new Map() };
  let generation = 1;
  const restoredAt: number[] = [];
  let boots = 1;
  let isDown = false;
  let counter = 0;
  let transactions = new Set<Transaction>();
  const bells = new Set<() => void>();
  const jobs = createJobs(time);

  const endTransaction = (tx: Transaction): void => {
    tx.isOver = true;
    transactions.delete(tx);
  };
  const store = {
    watcher,
    sabotage,
    jobs,
    get tables() {
      return tables;
    },
    get isUp() {
      return !isDown;
    },
    /** Raised by each start of the server: it ends every connection. */
    get boots() {
      return boots;
    },
    get generation() {
      return generation;
    },
    /** The server's clock is the true one, milliseconds since 1970 UTC. */
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    next: () => ++counter,
    run: (number: number): RunRow | null =>
      [...tables.runs.values()].find((row) => row.number === number) ?? null,

    /** True while the owner of a run says that it lives. */
    isHeld: ({ owner, ownerSeenAt }: RunRow): boolean =>
      owner !== null && time.monotonic() - ownerSeenAt <= LEASE,
    /** Calls once when there may be something to do. */
    onWork: (call: () => void) => void bells.add(call),
    ring(): void {
      for (const call of bells) call();
      bells.clear();
    },

    begin(): Transaction {
      const tx: Transaction = { locks: new Set(), undo: [], done: [], isOver: false };
      transactions.add(tx);
      return tx;
    },
    commit(tx: Transaction): void {
      for (const done of tx.done) done();
      endTransaction(tx);
    },
    rollback(tx: Transaction): void {
      if (tx.isOver) return;
      for (const undo of tx.undo.reverse()) undo();
      endTransaction(tx);
    },
    /** Waits until no other transaction has the row of a run. @param until monotonic. @returns false if that took too long */
    async lock(run: string, own: Transaction | null, until: number): Promise<boolean> {
      const isTaken = () => [...transactions].some((tx) => tx !== own && tx.locks.has(run));
      while (isTaken()) {
        if (time.monotonic() >= until) return false;
        await time.sleep(LOCK_LOOK);
      }
      own?.locks.add(run);
      return true;
    },

    /** Adds the run of a plan, unless the store has one. */
    submit(number: number, saved: SavedPlan): void {
      const id = `run-${number}`;
      if (tables.runs.has(id)) return;
      // As the statement of submit.ts: the plan may have been carried out in entries that a restore lost.
      const isOlder = restoredAt.some((at) => at >= earliestSeal(saved.sealedAt));
      tables.runs.set(id, {
        id,
        number,
        saved,
        plan: encodeSavedPlan(saved),
        epoch: 0,
        owner: null,
        ownerSeenAt: 0,
        starts: 0,
        pausedUntil: 0,
        lines: [],
        entries: [],
        head: EMPTY_CHAIN,
        generation: isOlder ? generation - 1 : generation,
        state: 'queued',
        wakeAt: null,
        wakesOn: null,
        waiting: null,
        report: null,
      });
      store.ring();
    },

    /** Asks the owner of a run, or the next one if it only waits. @returns the request; null: nobody would answer */
    ask(id: string, request: string): ControlRow | null {
      const row = tables.runs.get(id);
      const wakes = row?.owner === null && row.state === 'waiting';
      if (row === undefined || !(wakes || row.state === 'running')) return null;
      if (wakes) row.wakeAt = time.now();
      const asked = {
        id: ++counter,
        run: id,
        epoch: row.epoch + (wakes ? 1 : 0),
        request,
        askedAt: time.now(),
        isTaken: false,
        answer: null,
      };
      tables.control.set(asked.id, asked);
      return asked;
    },

    /** Kills the server. Transactions that have not ended never happened. */
    stop(): void {
      isDown = true;
      for (const tx of [...transactions]) store.rollback(tx);
    },
    start(): void {
      isDown = false;
      boots += 1;
      store.ring();
    },

    /** Copies all tables. */
    backup: (): Tables => copyOf(tables),
    /** Replaces all tables with a backup, and announces that. */
    restore(backup: Tables): void {
      tables = copyOf(backup);
      transactions = new Set();
      generation += 1;
      restoredAt.push(time.now());
      jobs.clear();
      watcher.restored(new Map([...tables.runs.values()].map((row) => [row.number, row])));
    },
  };
  return store;
}

function copyOf({ runs, instances, control }: Tables): Tables {
  return {
    runs: new Map([...runs].map(([id, row]) => [id, { ...row }])),
    instances: new Map(instances),
    control: new Map([...control].map(([id, row]) => [id, { ...row }])),
  };
}

/** A job that a worker took. */
export interface Job {
  readonly run: string;
  readonly token: number;
}

/** A job is free again if its worker was silent for so long, milliseconds. */
const SILENT = 10_000;

/** The jobs that workers hold. The rows of the runs say which runs need one. */
function createJobs(time: VirtualClock) {
  const held = new Map<string, { token: number; beatAt: number }>();
  let tokens = 0;
  return {
    /** True if no living worker has the job of a run. */
    isFree(run: string): boolean {
      const job = held.get(run);
      return job === undefined || time.monotonic() - job.beatAt > SILENT;
    },
    take(run: string): Job {
      tokens += 1;
      held.set(run, { token: tokens, beatAt: time.monotonic() });
      return { run, token: tokens };
    },
    /** @returns false if another worker has the job */
    beat({ run, token }: Job): boolean {
      const job = held.get(run);
      if (job?.token !== token) return false;
      job.beatAt = time.monotonic();
      return true;
    },
    finish({ run, token }: Job): void {
      if (held.get(run)?.token === token) held.delete(run);
    },
    /** Gives the job away although its worker may live. @returns false if no worker has it */
    redeliver: (run: string): boolean => held.delete(run),
    clear: () => held.clear(),
  };
}
