/**
 * A machine with a disk, in virtual time, for schedulers that are killed. Loop, decisions and schedule log are the real
 * ones. Child processes belong to the machine and outlive their scheduler, unless the machine goes down. The machine counts
 * the orders of each run, and the test compares the schedule log with these counts.
 */
import { type Clock, iso, type VirtualClock } from '../../src/clock.ts';
import type { Outcome, SavedPlan, Schedule } from '../../src/model.ts';
import type { Child } from '../../src/schedule/carrier.ts';
import type { PlanSwitch, RunRequest } from '../../src/schedule/decide.ts';
import { createFolderCarrier } from '../../src/schedule/folder-carrier.ts';
import type { FileReading, ScheduledPlan } from '../../src/schedule/plan-file.ts';
import { decodeScheduleLog } from '../../src/schedule/schedule-entry.ts';
import { EMPTY_STATE, foldEntry, type ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import { createScheduleLog } from '../../src/schedule/schedule-log-file.ts';
import { createScheduler, type SchedulerPorts } from '../../src/schedule/scheduler.ts';
import type { Random } from '../../src/simulator/world/random.ts';

/** A run directory on the machine's disk. */
export interface RunOnWorldDisk {
  sealed: SavedPlan | null;
  drafts: number;
  entries: number;
  end: { exitCode: number; byCommand: boolean } | null;
  /** The process that runs in it. */
  holder: number | null;
  /** The nights with an order. Each must appear once. */
  orders: number[];
  reviews: number;
}

export interface World {
  readonly time: VirtualClock;
  readonly runs: ReadonlyMap<string, RunOnWorldDisk>;
  readonly files: Map<string, FileReading>;
  readonly switches: Map<string, PlanSwitch>;
  readonly requests: Map<string, RunRequest>;
  readonly kills: number;
  /** How often a live process kept another one out of its run directory. */
  readonly lockedOut: number;
  /** How often a scheduler continued a halted run, which only a person may do. */
  readonly overruled: number;
  entries(): readonly ScheduleEntry[];
  /** Runs a scheduler until it is killed or drained. */
  live(life: Life): Promise<void>;
}

export interface Life {
  /** The number of the port call at which it dies; null for none. */
  readonly diesAtCall: number | null;
  /** Milliseconds from its start to its death; null for never. */
  readonly diesAfter: number | null;
  /** Milliseconds from its start to a drain; null for never. */
  readonly drainsAfter: number | null;
  /** True if the machine goes down and all child processes die too. */
  readonly takesAll: boolean;
  /** The share of an unfinished write that reaches the disk. */
  readonly leaves: number;
}

const NEVER = new Promise<never>(() => undefined);

export function makeWorld(time: VirtualClock, chance: Random): World {
  const runs = new Map<string, RunOnWorldDisk>();
  const files = new Map<string, FileReading>();
  const switches = new Map<string, PlanSwitch>();
  const requests = new Map<string, RunRequest>();
  const processes = new Map<number, { alive: boolean }>();
  let durable = '';
  let cached = '';
  let kills = 0;
  let lockedOut = 0;
  let overruled = 0;
  let pids = 0;

  const runIn = (directory: string): RunOnWorldDisk => {
    const present = runs.get(directory);
    if (present) return present;
    const made = { sealed: null, drafts: 0, entries: 0, end: null, holder: null, orders: [], reviews: 0 };
    runs.set(directory, made);
    return made;
  };

  /** Starts a process like `refit plan` or `refit apply`, with the same effects on the run directory. */
  const start = (args: readonly string[]): Child & { pid: number } => {
    const pid = ++pids;
    const self = { alive: true };
    processes.set(pid, self);
    let drained = false;
    const drain = new AbortController();
    const sleep = async (ms: number) => {
      await time.sleep(ms, drain.signal);
      if (!self.alive) await NEVER;
    };
    const work = async (): Promise<number | null> => {
      const directory = directoryIn(args);
      await sleep(chance.whole(100, 3_000));
      const run = runIn(directory);
      if (args[0] === 'plan') {
        if (drained) return null;
        if (chance.next() < 0.1) return 1;
        run.reviews += 1;
        if (args.includes('-o')) run.drafts += 1;
        return 2;
      }
      if (run.holder !== null && processes.get(run.holder)?.alive) {
        lockedOut += 1;
        return 7;
      }
      if (run.entries !== Number(args[args.indexOf('--at-entry') + 1])) {
        lockedOut += 1;
        return 7;
      }
      run.holder = pid;
      try {
        return await apply(run, sleep, () => drained);
      } finally {
        run.holder = null;
      }
    };
    const ended = work().then((code) => {
      processes.delete(pid);
      return code;
    });
    return {
      pid,
      ended,
      stop() {
        drained = true;
        drain.abort();
      },
    };
  };

  const apply = async (
    run: RunOnWorldDisk,
    sleep: (ms: number) => Promise<void>,
    isDrained: () => boolean,
  ): Promise<number> => {
    if (run.sealed === null) throw new Error('a run started without a sealed plan');
    // The run is finished: `apply` orders nothing and exits with the same code.
    if (run.end?.exitCode === 0) return 0;
    if (run.end?.exitCode === 4) overruled += 1;
    run.entries += 1;
    run.end = null;
    const nights = run.sealed.windows === undefined ? 1 : 3;
    for (let part = 0; part < 2; part++) {
      await sleep(chance.whole(200, 20_000));
      if (isDrained()) return end(run, 143);
      if (nights === 1 && chance.next() < 0.1) return end(run, 4);
      const night = run.orders.length;
      // The order is in the journal, so no later process places it again.
      if (part === 0 && night < nights) run.orders.push(night);
      run.entries += 1;
    }
    return end(run, run.orders.length < nights ? 8 : 0);
  };

  const end = (run: RunOnWorldDisk, exitCode: number): number => {
    run.entries += 1;
    run.end = { exitCode, byCommand: false };
    return exitCode;
  };

  return {
    time,
    runs,
    files,
    switches,
    requests,
    get kills() {
      return kills;
    },
    get overruled() {
      return overruled;
    },
    get lockedOut() {
      return lockedOut;
    },
    entries: () => decodeScheduleLog(durable).entries,
    async live(life) {
      let alive = true;
      let calls = 0;
      let died: () => void = () => undefined;
      const death = new Promise<void>((resolve) => {
        died = resolve;
      });
      const die = (): void => {
        if (!alive) return;
        alive = false;
        kills += 1;
        durable += cached.slice(0, Math.floor(life.leaves * cached.length));
        cached = '';
        if (life.takesAll) for (const one of processes.values()) one.alive = false;
        died();
      };
      /** Counts a port call. Does not return from the call at which the scheduler dies. */
      const gate = async (): Promise<void> => {
        if (alive && ++calls === life.diesAtCall) die();
        if (!alive) await NEVER;
      };
      const through = async <T>(work: () => T): Promise<T> => {
        await gate();
        // The scheduler may have died between the two checks.
        if (!alive) await NEVER;
        const value = work();
        await gate();
        return value;
      };
      const clock: Clock = {
        now: () => time.now(),
        monotonic: () => time.monotonic(),
        async sleep(ms, signal) {
          await time.sleep(ms, signal);
          await gate();
        },
      };
      durable = durable.slice(0, durable.lastIndexOf('\n') + 1);
      const store = {
        async append(text: string) {
          await gate();
          if (!alive) await NEVER;
          cached += text;
          await time.sleep(chance.whole(1, 30));
          await gate();
          if (!alive) await NEVER;
          durable += cached;
          cached = '';
          await gate();
        },
        close: async () => undefined,
      };
      const drain = new AbortController();
      const never = new AbortController().signal;
      const carrier = createFolderCarrier({
        clock,
        log: () => undefined,
        scheduleLog: createScheduleLog(store, decodeScheduleLog(durable).entries, clock),
        readFolder: () =>
          through(() => ({
            files: [...files.values()],
            switches: new Map(switches),
            requests: [...requests.values()],
          })),
        dropRequest: (id) => through(() => void requests.delete(id)),
        disk: {
          directoryOf: (plan, due) => `${plan}/${due}`,
          fileIn: (directory, name) => `${directory}|${name}`,
          prepare: (directory) => through(() => void runIn(directory)),
          holderOf: (directory) =>
            through(() => {
              const holder = runs.get(directory)?.holder ?? null;
              return holder !== null && processes.get(holder)?.alive ? `process ${holder}` : null;
            }),
          run: (directory) =>
            through(() => {
              const run = runs.get(directory);
              return run && run.entries > 0 ? { entries: run.entries, end: run.end } : null;
            }),
          sealed: (directory) => through(() => runs.get(directory)?.sealed ?? null),
          seal: (directory, text) =>
            through(() => {
              runIn(directory).sealed ??= JSON.parse(text) as SavedPlan;
            }),
          sealDraft: (directory) =>
            through(() => {
              const run = runIn(directory);
              if (run.drafts === 0) throw new Error('nothing was planned');
              run.sealed ??= { digest: `planned-${run.drafts}` } as SavedPlan;
            }),
          totals: () => through((): Readonly<Record<Outcome, number>> | null => null),
        },
        launch: (args) =>
          through(() => {
            const child = start(args);
            return { ...child, ended: child.ended.then((code) => gate().then(() => code)) };
          }),
        pathOf: (name) => name,
        flags: { plan: [], apply: [], sign: [] },
        whyNotPlan: async () => null,
      });
      const ports: SchedulerPorts = {
        clock,
        carrier,
        by: { user: 'test', host: 'world', pid: 1 },
        version: 'test',
        log: () => undefined,
        drain: drain.signal,
        leave: never,
      };
      if (life.diesAfter !== null) void time.sleep(life.diesAfter).then(die);
      if (life.drainsAfter !== null) void time.sleep(life.drainsAfter).then(() => drain.abort(143));
      await Promise.race([createScheduler(ports).run(), death]);
      alive = false;
    },
  };
}

function directoryIn(args: readonly string[]): string {
  const named = args.indexOf('--run-dir');
  if (named >= 0) return args[named + 1]!;
  return args
    .find((arg) => arg.startsWith('text='))!
    .slice('text='.length)
    .split('|')[0]!;
}

/** A file with a schedule, as Refit reads it from the folder. */
export function scheduledFile(
  name: string,
  schedule: Schedule,
  saved: Pick<SavedPlan, 'digest' | 'windows' | 'finishBy' | 'expiresAt'> | null = null,
): FileReading {
  const plan: ScheduledPlan = {
    name,
    title: name,
    schedule,
    saved: saved && ({ ...saved, schedule } as SavedPlan),
  };
  return { kind: 'scheduled', name, plan };
}

/** The results of each due time in the schedule log. */
export function resultsOf(entries: readonly ScheduleEntry[], plan: string): Map<string, string[]> {
  const results = new Map<string, string[]>();
  const put = (due: string, result: string) => results.set(due, [...(results.get(due) ?? []), result]);
  for (const entry of entries) {
    if (!('plan' in entry) || entry.plan !== plan) continue;
    if (entry.kind === 'attempt-started' && (entry.reason === 'due' || entry.reason === 'caught-up'))
      put(entry.due, 'started');
    if (entry.kind === 'skipped') put(entry.due, `skipped ${entry.count}`);
    if (entry.kind === 'refused' && entry.request === undefined) put(entry.due, 'refused');
  }
  return results;
}

export function stateOf(entries: readonly ScheduleEntry[]): ReturnType<typeof foldEntry> {
  return entries.reduce(foldEntry, EMPTY_STATE);
}

export { iso };
