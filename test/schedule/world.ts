/**
 * A machine with a disk for schedulers that die: the real loop, decisions and account, in virtual time. The processes
 * that a scheduler starts live in the world and outlive it, unless the whole machine goes down; what a run orders is
 * counted there, and is the truth that the account is held against.
 */
import { type Clock, iso, type VirtualClock } from '../../src/clock.ts';
import type { Outcome, SavedPlan, Schedule } from '../../src/model.ts';
import type { Child } from '../../src/schedule/carry-out.ts';
import type { RunRequest, Switch } from '../../src/schedule/decide.ts';
import type { FileReading, ScheduledPlan } from '../../src/schedule/plan-file.ts';
import {
  decodeAccount,
  EMPTY_STATE,
  foldEntry,
  type ScheduleEntry,
} from '../../src/schedule/schedule-log.ts';
import { createScheduleLog } from '../../src/schedule/schedule-log-file.ts';
import { createScheduler, type SchedulerPorts } from '../../src/schedule/scheduler.ts';
import type { Random } from '../../src/simulator/world/random.ts';

/** A run directory as it is on the world's disk. */
export interface RunOnWorldDisk {
  sealed: SavedPlan | null;
  drafts: number;
  entries: number;
  end: { exitCode: number; byCommand: boolean } | null;
  /** The process that carries it out. */
  holder: number | null;
  /** Orders by night: each is to be placed once. */
  orders: number[];
  reviews: number;
}

export interface World {
  readonly time: VirtualClock;
  readonly runs: ReadonlyMap<string, RunOnWorldDisk>;
  readonly files: Map<string, FileReading>;
  readonly switches: Map<string, Switch>;
  readonly requests: Map<string, RunRequest>;
  readonly kills: number;
  /** How many processes that carry out have been refused by a live one. */
  readonly lockedOut: number;
  /** How often a run that had halted was gone on with, which is a person's to do. */
  readonly overruled: number;
  entries(): readonly ScheduleEntry[];
  /** Lets a scheduler live until it is killed, or, with `dies: false`, until `until`. */
  live(life: Life): Promise<void>;
}

export interface Life {
  /** The dealing with the outside at which it dies; null: at none. */
  readonly diesAtMoment: number | null;
  /** Milliseconds after its start at which it dies; null: at none. */
  readonly diesAfter: number | null;
  /** Milliseconds after its start at which it is told to stop; null: never. */
  readonly drainsAfter: number | null;
  /** The whole machine goes down: its processes die too. */
  readonly takesAll: boolean;
  /** The share of what was being written that is left. */
  readonly leaves: number;
}

const NEVER = new Promise<never>(() => undefined);

export function makeWorld(time: VirtualClock, chance: Random): World {
  const runs = new Map<string, RunOnWorldDisk>();
  const files = new Map<string, FileReading>();
  const switches = new Map<string, Switch>();
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

  /** A process of `refit plan` or `refit apply`: it does what those do to a run directory, in its own time. */
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
    if (run.sealed === null) throw new Error('a run was begun of what nobody sealed');
    // It has ended for good, orders nothing and says so again.
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
      // Half of the time the order is placed and the process dies before it knows: on record, so never placed again.
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
    entries: () => decodeAccount(durable).entries,
    async live(life) {
      let alive = true;
      let moments = 0;
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
      /** Between any two awaits: counts a dealing with the outside, and never comes back from the last one. */
      const gate = async (): Promise<void> => {
        if (alive && ++moments === life.diesAtMoment) die();
        if (!alive) await NEVER;
      };
      const through = async <T>(work: () => T): Promise<T> => {
        await gate();
        // It may have died in the very tick between.
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
      const ports: SchedulerPorts = {
        clock,
        account: createScheduleLog(store, decodeAccount(durable).entries, clock),
        look: () =>
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
          heldBy: (directory) =>
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
        flags: { plan: [], apply: [] },
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

/** A file with a schedule, as it is read from the folder. */
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

/** What became of each due time, by the account alone: so many times each. */
export function accountedFor(entries: readonly ScheduleEntry[], plan: string): Map<string, string[]> {
  const fates = new Map<string, string[]>();
  const put = (due: string, fate: string) => fates.set(due, [...(fates.get(due) ?? []), fate]);
  for (const entry of entries) {
    if (!('plan' in entry) || entry.plan !== plan) continue;
    if (entry.kind === 'began' && (entry.because === 'due' || entry.because === 'caught-up'))
      put(entry.due, 'began');
    if (entry.kind === 'skipped') put(entry.due, `skipped ${entry.count}`);
    if (entry.kind === 'refused' && entry.request === undefined) put(entry.due, 'refused');
  }
  return fates;
}

export function stateOf(entries: readonly ScheduleEntry[]): ReturnType<typeof foldEntry> {
  return entries.reduce(foldEntry, EMPTY_STATE);
}

export { iso };
