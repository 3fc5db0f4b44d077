/**
 * A store in memory and schedulers on several hosts, in virtual time. Loop, decisions, carrier and attempts are the real ones.
 * A scheduler can die at any call, also between what the store did and its answer. It can freeze, its clock can be wrong, and
 * the answer of the store can be lost. The test compares the log with the runs that the store made.
 */
import type { Clock, VirtualClock } from '../../src/clock.ts';
import { RefitError } from '../../src/errors.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { entryFrom } from '../../src/schedule/schedule-entry.ts';
import type { ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import { createScheduler } from '../../src/schedule/scheduler.ts';
import type { AttemptTools } from '../../src/schedule/store/store-attempt.ts';
import { createStoreCarrier } from '../../src/schedule/store/store-carrier.ts';
import type { PlanFolder } from '../../src/schedule/store/sync-folder.ts';
import type { Random } from '../../src/simulator/world/random.ts';
import type {
  AppendedLine,
  HeldOccurrence,
  LogHead,
  NewLine,
  OccurrenceId,
  ScheduleStore,
  StoredPlan,
  StoredRequest,
} from '../../src/store/schedule-store.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';

const LEASE = 10_000;
const NEVER = new Promise<never>(() => undefined);

interface Row {
  epoch: number;
  owner: string | null;
  seenAt: number;
  source: string | null;
  sealed: string | null;
  run: string | null;
  generation: number;
  ended: boolean;
}

/** A run that the store made. */
export interface RunOfWorld {
  readonly id: string;
  readonly digest: string;
  readonly of: string;
  state: string;
  exitCode: number | null;
  endsAt: number;
  /** How often it was continued after it had stopped. */
  continued: number;
}

/** How a scheduler lives. Calls are those of the store. */
export interface SchedulerLife {
  readonly name: string;
  /** It dies at this call, before or after the store did it; null: never. */
  readonly diesAtCall: number | null;
  /** Milliseconds from its start to its death; null: never. */
  readonly diesAfter: number | null;
  /** It freezes so long after its start, for that time, milliseconds; null: never. */
  readonly freezes: readonly [after: number, ms: number] | null;
  readonly drainsAfter: number | null;
  /** Milliseconds by which the clock of its host is wrong. */
  readonly clockOffset: number;
  /** The share of calls whose answer is lost. */
  readonly loses: number;
  readonly folder?: PlanFolder;
}

/** A fault that the laws must find. */
export type Sabotage = 'ignores-head' | 'ignores-epoch' | 'submits-apart-and-unsealed';

export type StoreWorld = ReturnType<typeof makeStoreWorld>;

export function makeStoreWorld(time: VirtualClock, chance: Random, sabotage: Sabotage | null = null) {
  const lines: AppendedLine[] = [];
  let seq = 0;
  let generation = 1;
  let restoredAt: number | null = null;
  const plans = new Map<string, StoredPlan & { text: string }>();
  const rows = new Map<string, Row>();
  const runs = new Map<string, RunOfWorld>();
  const requests = new Map<string, StoredRequest>();
  let sealedCount = 0;
  let fenced = 0;

  const keyOf = ({ plan, due }: OccurrenceId) => `${plan} ${due}`;
  const append = (line: NewLine, expected: LogHead | null): AppendedLine | null => {
    const isMoved = expected !== null && (expected.seq !== seq || expected.generation !== generation);
    if (isMoved && sabotage !== 'ignores-head') return null;
    seq += 1;
    const appended = { seq, line: line.write(new Date(time.now()).toISOString()) };
    lines.push(appended);
    return appended;
  };
  const isHeld = ({ owner, seenAt }: Row) => owner !== null && time.now() - seenAt <= LEASE;
  const mine = (held: HeldOccurrence): Row | null => {
    const row = rows.get(keyOf(held))!;
    const isMine = row.epoch === held.epoch && row.owner !== null;
    if (!isMine) fenced += 1;
    return isMine || sabotage === 'ignores-epoch' ? row : null;
  };
  const link = (held: HeldOccurrence, run: string, line: NewLine): AppendedLine | null => {
    const row = mine(held);
    if (row === null || (row.run !== null && sabotage === null)) return null;
    row.run = run;
    row.owner = null;
    return append(line, null);
  };
  /** A run makes progress when somebody looks. */
  const look = (run: RunOfWorld): RunOfWorld => {
    if (run.state === 'queued' && run.endsAt <= time.now()) {
      const fails = chance.next() < 0.15 && run.continued === 0;
      run.state = fails ? 'stopped' : 'ended';
      run.exitCode = fails ? chance.pick([1, 4]) : 0;
    }
    return run;
  };

  const storeFor = (owner: string): ScheduleStore => ({
    async read(after) {
      if (seq < after)
        throw new RefitError('store-restored', 'the log is shorter than before', 'start again');
      return {
        head: { seq, generation },
        now: time.now(),
        restoredAt,
        lines: lines.slice(lines.findLastIndex((one) => one.seq <= after) + 1),
        plans: [...plans.values()].map(({ text: _, ...plan }) => plan),
        open: [...rows].flatMap(([key, row]) => {
          const [plan, due] = key.split(' ') as [string, string];
          const run = row.run === null ? null : look(runs.get(row.run)!);
          const progress = run && { state: run.state, exitCode: run.exitCode, errorCode: null };
          return row.ended ? [] : [{ plan, due, isHeld: isHeld(row), run: row.run, progress }];
        }),
        requests: [...requests.values()],
      };
    },
    planText: async ({ name, sha256 }) => {
      const plan = plans.get(name);
      return plan?.sha256 === sha256 ? plan.text : null;
    },
    async beat(held) {
      const lost = held.filter((one) => {
        const row = rows.get(keyOf(one))!;
        if (row.epoch !== one.epoch || row.owner !== owner) return true;
        row.seenAt = time.now();
        return false;
      });
      return lost;
    },
    async append(line, expected, closes) {
      const appended = append(line, expected);
      const row = closes && rows.get(keyOf(closes));
      if (appended !== null && row) row.ended = true;
      return appended;
    },
    async claim(occurrence, line, expected) {
      const key = keyOf(occurrence);
      const before = rows.get(key);
      const isMoved = expected.seq !== seq || expected.generation !== generation;
      if (isMoved && sabotage !== 'ignores-head') return 'moved';
      if (occurrence.isFirst && before && sabotage === null) return 'on-record';
      if (before && isHeld(before) && sabotage === null) return 'moved';
      const row: Row = {
        run: null,
        sealed: null,
        generation,
        ...before,
        source: before?.source ?? occurrence.source,
        epoch: (before?.epoch ?? 0) + 1,
        owner,
        seenAt: time.now(),
        ended: false,
      };
      if (sabotage === 'ignores-head') row.run = null;
      rows.set(key, row);
      const appended = append(line, null)!;
      const { plan, due } = occurrence;
      const { epoch, source, sealed, run } = row;
      const isRestored = row.generation !== generation;
      return { held: { plan, due, epoch, source, sealed, run, isRestored }, line: appended };
    },
    async seal(held, text) {
      const row = mine(held);
      if (row === null) return null;
      if (sabotage !== 'submits-apart-and-unsealed') row.sealed ??= text;
      return row.sealed ?? text;
    },
    async adopt(held, digest, line) {
      const run = [...runs.values()].find((one) => one.digest === digest);
      return run === undefined ? null : link(held, run.id, line(run.id));
    },
    async goOn(held) {
      const row = mine(held);
      if (row === null) return;
      row.owner = null;
      const run = runs.get(held.run!)!;
      if (run.state !== 'stopped') return;
      run.state = 'queued';
      run.continued += 1;
      run.endsAt = time.now() + chance.whole(1_000, 60_000);
    },
    async end(held, line, isOver) {
      const row = mine(held);
      if (row === null) return null;
      row.owner = null;
      row.ended = isOver;
      return append(line, null);
    },
    async putFromFolder(name, text, sha256, line) {
      const before = plans.get(name);
      if (before?.source === 'command') return false;
      if (before?.sha256 === sha256) return true;
      put(name, text, 'folder', sha256);
      append(line(before !== undefined), null);
      return true;
    },
    async removeFromFolder(name, sha256, line) {
      if (plans.get(name)?.sha256 !== sha256) return;
      plans.delete(name);
      append(line, null);
    },
    dropRequest: async (id) => void requests.delete(id),
    leave: async () => undefined,
  });

  const put = (name: string, text: string, source: StoredPlan['source'] = 'command', sha256 = text): void => {
    const known = plans.get(name);
    plans.set(name, {
      ...{ name, text, source, sha256, bytes: text.length, enabled: known?.enabled ?? true },
      ...{ switchedAt: known?.switchedAt ?? time.now(), putAt: time.now(), putBy: 'somebody' },
    });
  };

  return {
    runs,
    rows,
    plans,
    requests,
    put,
    get fenced() {
      return fenced;
    },
    entries: (): readonly ScheduleEntry[] => lines.map(({ line }) => entryFrom(line)!),
    /** The backup of now. @returns a function that restores it and announces that. */
    backup() {
      const kept = structuredClone({ seq, lines, plans, rows, runs, requests });
      return () => {
        ({ seq } = kept);
        lines.splice(0, lines.length, ...kept.lines);
        for (const [from, to] of [
          [kept.plans, plans],
          [kept.rows, rows],
          [kept.runs, runs],
          [kept.requests, requests],
        ] as [Map<string, unknown>, Map<string, unknown>][]) {
          to.clear();
          for (const [key, value] of from) to.set(key, value);
        }
        generation += 1;
        restoredAt = time.now();
      };
    },
    /** Runs a scheduler until it dies or drains. */
    async live(life: SchedulerLife): Promise<void> {
      let alive = true;
      let calls = 0;
      let died: () => void = () => undefined;
      const death = new Promise<void>((resolve) => {
        died = resolve;
      });
      const die = (): void => {
        alive = false;
        died();
      };
      /** Counts a call. It does not return from the one at which the scheduler dies. */
      const gate = async (): Promise<void> => {
        calls += 1;
        if (calls === life.diesAtCall) die();
        await thaw();
      };
      let frozenUntil = 0;
      /** Nothing of a frozen process goes on. */
      const thaw = async (): Promise<void> => {
        while (time.now() < frozenUntil) await time.sleep(frozenUntil - time.now());
        if (!alive) await NEVER;
      };
      const { freezes } = life;
      if (freezes !== null)
        void time.sleep(freezes[0]).then(() => {
          frozenUntil = time.now() + freezes[1];
        });
      if (life.diesAfter !== null) void time.sleep(life.diesAfter).then(die);
      const inner = storeFor(life.name);
      /** Each call takes a moment before and after the store does it, so that schedulers interleave. */
      const call = async <T>(work: () => Promise<T>): Promise<T> => {
        await gate();
        await time.sleep(chance.whole(0, 40));
        const isLost = chance.next() < life.loses;
        if (isLost && chance.next() < 0.5) throw away();
        if (!alive) await NEVER;
        const value = await work();
        await time.sleep(chance.whole(0, 40));
        await gate();
        if (isLost) throw away();
        return value;
      };
      const store = Object.fromEntries(
        Object.entries(inner).map(([name, work]) => [
          name,
          (...args: unknown[]) => call(() => (work as (...all: unknown[]) => Promise<unknown>)(...args)),
        ]),
      ) as unknown as ScheduleStore;
      const clock: Clock = {
        now: () => time.now() + life.clockOffset,
        monotonic: () => time.monotonic(),
        async sleep(ms, signal) {
          await time.sleep(ms, signal);
          await thaw();
        },
      };
      const drain = new AbortController();
      const files = new Map<string, string>();
      const tools: AttemptTools = {
        clock,
        createFolder: async (held) => ({
          pathOf: (name) => `${keyOf(held)}|${held.epoch}|${life.name}|${name}`,
          write: async () => undefined,
          read: async (name) => files.get(`${keyOf(held)}|${held.epoch}|${life.name}|${name}`) ?? null,
          remove: async () => undefined,
        }),
        async launch(args) {
          await gate();
          const work = async (): Promise<number | null> => {
            await time.sleep(chance.whole(100, 15_000));
            await thaw();
            if (drain.signal.aborted) return 143;
            if (chance.next() < 0.1) return 1;
            const out = args.indexOf('-o');
            if (out >= 0) files.set(args[out + 1]!, sealedText(++sealedCount));
            return 2;
          };
          return { ended: work(), stop: () => undefined };
        },
        flags: { plan: [], sign: [] },
        whyNotPlan: async () => null,
        offer: async () => undefined,
        submit: (sealed, held, line) =>
          call(async () => {
            const { digest } = readSavedPlan(sealed);
            if ([...runs.values()].some((one) => one.digest === digest))
              throw new RefitError('already-carried-out', 'the store has a run of it', '');
            const id = `run-${runs.size + 1}`;
            const run: RunOfWorld = {
              ...{ id, digest, of: keyOf(held), state: 'queued', exitCode: null, continued: 0 },
              endsAt: time.now() + chance.whole(1_000, 8 * 60_000),
            };
            if (sabotage === 'submits-apart-and-unsealed') {
              runs.set(id, run);
              await time.sleep(chance.whole(100, 2_000));
              await gate();
            }
            const linked = link(held, id, line(id));
            if (linked === null) throw new RefitError('fenced', 'somebody else took it over', '');
            runs.set(id, run);
            return linked;
          }),
      };
      const carrier = createStoreCarrier({
        ...tools,
        store,
        by: { user: 'test', host: life.name },
        folder: life.folder ?? null,
        totalsOf: async () => null,
        onEntry: () => undefined,
      });
      if (life.drainsAfter !== null) void time.sleep(life.drainsAfter).then(() => drain.abort(143));
      const scheduler = createScheduler({
        ...{ clock, carrier, version: 'test', log: () => undefined, drain: drain.signal },
        by: { user: 'test', host: life.name, pid: 1 },
        leave: new AbortController().signal,
      });
      // A scheduler whose first call is lost exits, and its supervisor starts it again.
      await Promise.race([scheduler.run().catch(onlyAway), death]);
      alive = false;
    },
  };
}

function onlyAway(error: unknown): number {
  if (error instanceof RefitError && error.code.startsWith('store-')) return 1;
  throw error;
}

const away = () => new RefitError('store-unreachable', 'the store is away', 'wait');

/** A saved plan that no other has the digest of. */
function sealedText(number: number): string {
  const draft = savedPlan([{ instance: 'crs-aaaa0000', changes: [{ memoryPerShard: 8192 }], wave: 0 }], {}, [
    'all',
  ]);
  return encodeSavedPlan(sealDraft({ ...draft, name: `seal-${number}` }));
}
