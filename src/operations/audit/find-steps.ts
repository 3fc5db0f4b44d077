/**
 * Searches the steps of all runs of a store: by instance, person, ticket, order, time, outcome and text.
 *
 *     journal ──once for each head──► one line of JSON for each step ──► a text for each run, compressed
 *     query ──► runs whose facts match ──► texts that contain what is searched ──► lines, decoded and checked
 *
 * Compressed, a step takes about 40 bytes, so two hundred thousand steps stay in memory. A search inflates one text after the
 * other, beside the other work of the process, and only compares bytes until something is found.
 */
import { deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';
import { formatOperator } from '../../journal/fold-run.ts';
import { totals } from '../../journal/replay.ts';
import { textOf } from '../../messages/messages.ts';
import type { Change, JournalEntry, Message, Outcome, RunState, SavedPlan, Size } from '../../model.ts';
import type { RunReader, RunsOfStore } from '../../store/ports.ts';
import { createRunCache } from '../runs/run-cache.ts';

/** How many of the newest runs are searched, and how many steps of them. */
const MOST_RUNS = 5_000;
const MOST_STEPS = 200_000;
/** How many steps of one run are in an answer. Its page has all. */
const MOST_OF_RUN = 20;
/** How many steps of one instance are in its history. */
const MOST_OF_INSTANCE = 500;

/** What is searched. Every member that is there must match; texts match in any case, except orders. */
export interface AuditQuery {
  /** A part of the id or the name of an instance. */
  readonly instance?: string;
  /** A part of the name of somebody who planned, started, approved, signed or controlled the run. */
  readonly person?: string;
  /** A part of the change of the plan, such as `CHG-20481`. */
  readonly ticket?: string;
  /** A whole order number or request id. */
  readonly order?: string;
  /** A part of a code, of the reason of an end, of an instance, of an order or request, or of the run: its plan, id or change. */
  readonly text?: string;
  readonly outcome?: Outcome;
  /** ISO 8601 UTC: what went on at some time in this period. */
  readonly from?: string;
  readonly to?: string;
}

/** A step that was found. */
export interface FoundStep {
  readonly id: string;
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly wave: string;
  readonly change: Change;
  readonly outcome: Outcome;
  readonly code: string | null;
  /** null: it is verified, or has not ended. */
  readonly message: Message | null;
  readonly orders: readonly string[];
  readonly requestIds: readonly string[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A run with what was found in it. */
export interface AuditedRun {
  readonly id: string;
  readonly plan: string;
  readonly digest: string;
  readonly change: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Everybody on record, sorted. */
  readonly people: readonly string[];
  readonly steps: number;
  /** The hash of the last entry. */
  readonly head: string;
  /** How many of its steps match; null: the query is about runs only. */
  readonly found: number | null;
  /** The first of them. */
  readonly matches: readonly FoundStep[];
}

/** The answer to a search. */
export interface AuditAnswer {
  /** The newest first. */
  readonly runs: readonly AuditedRun[];
  /** How many runs match, and how many steps of them. */
  readonly found: { readonly runs: number; readonly steps: number };
  /** What was searched; `more` runs are too old, and `unreadable` ones cannot be read. */
  readonly searched: {
    readonly runs: number;
    readonly steps: number;
    readonly more: number;
    readonly unreadable: number;
  };
  /** False: some runs are not read yet, because it takes long. Search again. */
  readonly isComplete: boolean;
}

interface RunRecord {
  readonly run: Omit<AuditedRun, 'found' | 'matches'>;
  /** A line of JSON for each step, compressed. */
  readonly packed: Buffer;
}

/** Every so many texts, one is inflated beside this thread, and other work of the process goes on meanwhile. */
const GIVES_WAY = 32;

/** The lines of a run. @param nth how many were taken before. */
async function linesOf({ packed }: RunRecord, nth: number): Promise<string> {
  if (nth % GIVES_WAY !== 0) return inflateRawSync(packed).toString();
  return await new Promise((resolve, reject) =>
    inflateRaw(packed, (error, lines) => (error === null ? resolve(lines.toString()) : reject(error))),
  );
}

/** What one line holds: a step, the text of its reason, and the size before it. The line itself says its place. */
type Line = FoundStep & {
  readonly said?: string;
  readonly was: readonly [memoryPerShard: number, shards: number, replicas: number];
};

/** A step of the history of an instance. */
export interface HistoryStep
  extends Pick<
    FoundStep,
    'id' | 'name' | 'region' | 'code' | 'message' | 'orders' | 'startedAt' | 'endedAt'
  > {
  /** The id of its run, and the name of the plan. */
  readonly run: string;
  readonly plan: string;
  /** The place of the step in its plan, from 0. */
  readonly at: number;
  readonly before: Size;
  readonly after: Size;
  /** null: it goes on, or waits for its run. */
  readonly outcome: Outcome | null;
}

/** What runs did with one instance. */
export interface InstanceHistory extends Pick<AuditAnswer, 'searched' | 'isComplete'> {
  /** Those of the newest run first; of one run, the last first. */
  readonly steps: readonly HistoryStep[];
  /** How many older steps there are. */
  readonly more: number;
}

/** Finds steps of a store. */
export interface AuditIndex {
  /** @param most how many runs to return. @param signal aborted when the caller does not want to wait for more runs. */
  find(query: AuditQuery, most: number, signal?: AbortSignal): Promise<AuditAnswer>;
  /** The steps of an instance by its whole id. Takes a signal as `find` does. */
  history(instance: string, signal?: AbortSignal): Promise<InstanceHistory>;
}

/**
 * Creates the index of a store. It reads each run when it is first searched, and again after it changed.
 * @param mostSteps how many steps to keep in memory. Older runs are left out.
 */
export function createAuditIndex(runs: RunsOfStore, mostSteps: number = MOST_STEPS): AuditIndex {
  let steps = 0;
  let enough = new AbortController();
  const cache = createRunCache(async (run: RunReader) => {
    const record = await recordOf(run);
    steps += record.run.steps;
    if (steps > mostSteps) enough.abort();
    return record;
  });
  /** How many of the newest runs fit into memory. */
  let fitting = MOST_RUNS;
  const readAll = async (signal: AbortSignal | undefined) => {
    const listed = await runs.list(MOST_RUNS);
    const newest = listed.runs.slice(0, fitting);
    enough = new AbortController();
    const stop = signal === undefined ? enough.signal : AbortSignal.any([enough.signal, signal]);
    const cached = await cache.update(newest, stop);
    const records: RunRecord[] = [];
    steps = 0;
    for (const { value } of cached) {
      if (value === null) continue;
      if (steps + value.run.steps > mostSteps) break;
      steps += value.run.steps;
      records.push(value);
    }
    const unreadable = cached.filter(({ value }) => value === null).length;
    if (enough.signal.aborted) fitting = records.length + unreadable;
    const all = listed.runs.length + listed.more;
    return {
      records,
      searched: { runs: records.length, steps, more: all - records.length - unreadable, unreadable },
      isComplete: cached.length === newest.length || enough.signal.aborted,
    };
  };
  /** One reading at a time: the next search continues what the first one read. */
  let last: Promise<unknown> = Promise.resolve();
  const readNext = (signal: AbortSignal | undefined) => {
    const reading = last.then(() => readAll(signal));
    last = reading.catch(() => undefined);
    return reading;
  };
  return {
    async find(query, most, signal) {
      const { records, ...rest } = await readNext(signal);
      const found: AuditedRun[] = [];
      for (const [nth, record] of records.entries()) {
        const match = await matchOf(record, query, nth);
        if (match !== null) found.push(match);
      }
      return {
        runs: found.slice(0, most),
        found: { runs: found.length, steps: found.reduce((sum, one) => sum + (one.found ?? 0), 0) },
        ...rest,
      };
    },
    async history(instance, signal) {
      const { records, ...rest } = await readNext(signal);
      const steps: HistoryStep[] = [];
      for (const [nth, record] of records.entries())
        steps.push(...historyOf(record.run, await linesOf(record, nth), instance));
      return {
        steps: steps.slice(0, MOST_OF_INSTANCE),
        more: Math.max(0, steps.length - MOST_OF_INSTANCE),
        ...rest,
      };
    },
  };
}

async function recordOf(run: RunReader): Promise<RunRecord> {
  const people = new Set<string>();
  const { saved, state } = await run.read((entry) => addPeople(people, entry));
  const offered = [...(await run.kept('signatures')), ...(await run.kept('declines'))];
  for (const { text } of offered) addSigner(people, text);
  if (saved.owner !== null) people.add(saved.owner);
  const { name: plan, digest, change } = saved;
  const { startedAt, endedAt, exitCode, head } = state;
  return {
    run: {
      ...{ id: run.id, plan, digest, change, startedAt, endedAt, exitCode, head },
      outcomes: totals([...state.steps.values()].filter(({ phase }) => phase === 'ended')),
      ...{ people: [...people].sort(), steps: saved.steps.length },
    },
    // A copy: zlib would keep 16 KB for it.
    packed: Buffer.from(deflateRawSync(linesIn(saved, state))),
  };
}

/** A line for each step, in the order of the plan. */
function linesIn(saved: SavedPlan, state: RunState): string {
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, name]));
  const lines = saved.steps.map(({ id: step, instance, region, wave, change: to, before }) => {
    const { outcome, code, message, orders, requestIds, dealIds, ...times } = state.steps.get(step)!;
    const reason = outcome === 'verified' || times.phase !== 'ended' ? null : message;
    const line: Line = {
      ...{ id: step, instance, name: names.get(instance) ?? '', region, wave: saved.waves[wave]!.name },
      ...{ change: to, outcome, code, message: reason, requestIds },
      orders: [...orders, ...dealIds.map(({ dealId }) => dealId)],
      ...{ startedAt: times.startedAt, endedAt: times.endedAt },
      was: [before.memoryPerShard, before.shards, before.replicas],
      ...(reason === null ? {} : { said: textOf(reason) }),
    };
    return JSON.stringify(line);
  });
  return lines.join('\n');
}

/** Everybody whom an entry names as a person who acts. */
function addPeople(people: Set<string>, entry: JournalEntry): void {
  if (entry.kind === 'run-started' || entry.kind === 'control-command') people.add(formatOperator(entry.by));
  else if (entry.kind === 'approved' && 'signed' in entry) for (const { by } of entry.signed) people.add(by);
  else if (entry.kind === 'approved' || entry.kind === 'adopted') people.add(entry.by);
}

/** The name in a signed text, which nobody has verified. */
function addSigner(people: Set<string>, text: string): void {
  try {
    const { by } = JSON.parse(text) as { readonly by?: unknown };
    if (typeof by === 'string' && by.length < 200) people.add(by);
  } catch {
    // A text that nobody can read names nobody.
  }
}

const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/** @returns null: the run does not match. */
async function matchOf(record: RunRecord, query: AuditQuery, nth: number): Promise<AuditedRun | null> {
  const { run } = record;
  const { person, ticket, from, to, instance, order, outcome, text } = query;
  if (person !== undefined && !run.people.some((one) => has(one, person))) return null;
  if (ticket !== undefined && !has(run.change ?? '', ticket)) return null;
  if (!overlaps(run, from, to)) return null;
  const asksPlan = text !== undefined && has(`${run.plan} ${run.id} ${run.change ?? ''}`, text);
  const asksSteps = instance !== undefined || order !== undefined || outcome !== undefined;
  if (!asksSteps && (text === undefined || asksPlan)) return { ...run, found: null, matches: [] };
  const lines = await linesOf(record, nth);
  // Most runs contain nothing of what is searched.
  const needle = order ?? instance ?? (asksPlan ? undefined : text);
  if (needle !== undefined && !mayContain(lines, needle, order === undefined)) return null;
  let found = 0;
  const matches: FoundStep[] = [];
  for (const line of lines === '' ? [] : lines.split('\n')) {
    if (needle !== undefined && !mayContain(line, needle, order === undefined)) continue;
    const { said = '', was: _, ...step } = JSON.parse(line) as Line;
    const isMatch =
      (instance === undefined || has(step.instance, instance) || has(step.name, instance)) &&
      (order === undefined || step.orders.includes(order) || step.requestIds.includes(order)) &&
      (outcome === undefined || step.outcome === outcome) &&
      (text === undefined ||
        asksPlan ||
        [step.id, step.name, step.code ?? '', said, ...step.orders, ...step.requestIds].some((one) =>
          has(one, text),
        )) &&
      overlaps(step.startedAt === null ? run : step, from, to);
    if (!isMatch) continue;
    found += 1;
    if (matches.length < MOST_OF_RUN) matches.push(step);
  }
  return found === 0 ? null : { ...run, found, matches };
}

/** The steps of one instance, the last first. */
function historyOf(
  { id: run, plan, endedAt: end }: RunRecord['run'],
  lines: string,
  instance: string,
): HistoryStep[] {
  if (!mayContain(lines, instance, false)) return [];
  const steps = lines.split('\n').flatMap((line, at): HistoryStep[] => {
    if (!mayContain(line, instance, false)) return [];
    const { was, change, ...step } = JSON.parse(line) as Line;
    if (step.instance !== instance) return [];
    const { id, name, region, code, message, orders, startedAt, endedAt } = step;
    const [memoryPerShard, shards, replicas] = was;
    const before = { memoryPerShard, shards, replicas };
    return [
      {
        ...{ run, plan, at, id, name, region, before, code, message, orders, startedAt, endedAt },
        after: { ...before, [change.dimension]: change.to },
        outcome: endedAt === null && end === null ? null : step.outcome,
      },
    ];
  });
  return steps.reverse();
}

/** Whether lines of JSON can contain a text: it never says no if they do. */
function mayContain(lines: string, part: string, anyCase: boolean): boolean {
  const written = JSON.stringify(part).slice(1, -1);
  if (!anyCase) return lines.includes(written);
  // The small form of other letters depends on what is beside them.
  return !/^[\x20-\x7e]*$/.test(written) || has(lines, written);
}

/** Whether something went on at some time of a period. What has not started went on at no time. */
function overlaps(
  { startedAt, endedAt }: Pick<AuditedRun, 'startedAt' | 'endedAt'>,
  from: string | undefined,
  to: string | undefined,
): boolean {
  if (from === undefined && to === undefined) return true;
  if (startedAt === null) return false;
  return (to === undefined || startedAt < to) && (from === undefined || (endedAt ?? '9') >= from);
}
