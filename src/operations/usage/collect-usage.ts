/**
 * Collects the use of a fleet from the monitor product into the history of a store. It asks only for what the history lacks,
 * in large calls. It keeps each instance whole or not at all, so a collection that stopped goes on when it runs again.
 */
import { type Clock, iso } from '../../clock.ts';
import type { CloudReader } from '../../cloud/cloud.ts';
import { SMALL_CALLS } from '../../cloud/monitor-limits.ts';
import { discoverRegions } from '../../cloud/read-inventory.ts';
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import {
  HOURLY,
  type Instance,
  type Message,
  type Scope,
  type UsageMetric,
  type UsageSeries,
} from '../../model.ts';
import { providerOf } from '../../store/provider-of.ts';
import type { UsageReading, UsageStore } from '../../store/usage-store.ts';
import { describeCost } from './describe-cost.ts';
import { callsFor, KEPT_BY_PROVIDER, type MissingSpan, missingSpans, wantedSpans } from './missing-usage.ts';
import { openScope } from './open-scope.ts';
import { readMissing, type ScopeReading } from './read-missing.ts';

/** What to collect. */
export interface CollectOptions {
  /** null: every region that has instances. */
  readonly regions: readonly string[] | null;
  readonly profile: string;
  readonly isSelected: (instance: Instance) => boolean;
  /** Whole days that the history covers, 1 to 186. */
  readonly days: number;
  /** The most calls of GetMonitorData; null: as many as it takes. */
  readonly maxCalls: number | null;
  readonly clock: Clock;
  /** Called before calls that may be billed. */
  readonly onNotice?: (text: string) => void;
  readonly onProgress?: (subject: string, done: number, of: number) => void;
}

/** Why an instance has no usable data. */
export type NoUsageReason = 'one-minute' | 'no-points';

/** The result of a collection. Names are hostile text. */
export interface UsageCollection {
  readonly format: 'refit.usage-collection/1';
  readonly provider: string;
  /** ISO 8601 UTC: from the first to after the last hour of the history. */
  readonly from: string;
  readonly until: string;
  /** Instances that were selected, those whose history is complete now, and those that were complete before. */
  readonly instances: number;
  readonly collected: number;
  readonly upToDate: number;
  /** New values, and periods between them for which the provider has none. */
  readonly points: number;
  readonly gaps: number;
  /** Calls of GetMonitorData that were made, and those that are still to be made. */
  readonly calls: number;
  readonly remainingCalls: number;
  readonly withoutData: readonly (Scope & { readonly instance: string; readonly reason: NoUsageReason })[];
  readonly notes: readonly Message[];
  /** False if a region or a metric was refused. */
  readonly isComplete: boolean;
}

export const USAGE_DAYS = 28;
export const MOST_USAGE_DAYS: number = KEPT_BY_PROVIDER.days;

/** Instances with the same missing spans in one scope. */
interface Group {
  readonly reading: ScopeReading;
  readonly instances: readonly Instance[];
  readonly spans: readonly MissingSpan[];
}

/** The counters of a collection while it works. */
interface Tally {
  collected: number;
  points: number;
  gaps: number;
  calls: number;
  remaining: number;
  /** Calls that were allowed, made or not. */
  reserved: number;
  isComplete: boolean;
  readonly notes: Message[];
  readonly withoutData: UsageCollection['withoutData'][number][];
}

/** Groups that are read at the same time: while one is written, the next one is read. */
const PARALLEL = 3;
/** Instances whose history is read in one statement. */
const ASKED_AT_ONCE = 500;

/**
 * Collects what the history lacks. A refused region or metric leaves the others, as a note.
 * @throws RefitError `locked` while another process collects. `usage` if nothing is selected, or `maxCalls` is below one group.
 * `provider-refused` if the account may make no calls of the monitor product. `credentials-refused`, and errors of the store.
 */
export async function collectUsage(
  reader: CloudReader,
  store: UsageStore,
  options: CollectOptions,
): Promise<UsageCollection> {
  const provider = providerOf(reader.endpoint);
  return await store.exclusively(provider, async () => {
    const { profile, regions, clock, days, onNotice } = options;
    const tally: Tally = {
      ...{ collected: 0, points: 0, gaps: 0, calls: 0, remaining: 0, reserved: 0, isComplete: true },
      ...{ notes: [], withoutData: [] },
    };
    const names = regions ?? (await discoverRegions(reader, profile));
    let read = 0;
    const opened = await Promise.all(
      names.map(async (region) => {
        const scope = await openScope(reader, { region, profile }, options.isSelected);
        options.onProgress?.('regions read', ++read, names.length);
        return scope;
      }),
    );
    for (const { notes, isComplete } of opened) {
      tally.notes.push(...notes);
      tally.isComplete &&= isComplete;
    }
    const instances = opened.reduce((sum, one) => sum + one.instances.length, 0);
    if (instances === 0 && tally.isComplete) throw nothingSelected(names);
    const wanted = wantedSpans(reader.providerNow(), days);
    const groups: Group[] = [];
    let compared = 0;
    const onCompared = (count: number) => {
      compared += count;
      options.onProgress?.('instances compared with the history', compared, instances);
    };
    for (const { reading, instances } of opened)
      groups.push(...(await groupsOf({ store, provider, wanted, onCompared }, reading, instances)));
    const calls = groups.reduce((sum, group) => sum + callsOf(group), 0);
    const missing = groups.reduce((sum, group) => sum + group.instances.length, 0);
    if (calls > 0) onNotice?.(describeCost(missing, calls, options.maxCalls));
    mustAllowOne(groups, options.maxCalls);
    const at = clock.now();
    await collectGroups(reader, groups, { store, provider, at, options, tally, missing });
    await store.prune(provider, at);
    return resultOf(tally, { provider, wanted: wanted.hours, instances, missing });
  });
}

/** Instances are kept whole, so a bound below the calls of the smallest group would collect nothing, whenever it runs. */
function mustAllowOne(groups: readonly Group[], maxCalls: number | null): void {
  if (maxCalls === null || groups.length === 0) return;
  const least = groups.reduce((least, group) => Math.min(least, callsOf(group)), Number.POSITIVE_INFINITY);
  if (least <= maxCalls) return;
  throw new RefitError(
    'usage',
    `--max-calls ${maxCalls} is too few: the smallest part takes ${least} calls, because instances are kept whole`,
    `--max-calls ${least}, or fewer --days`,
  );
}

function nothingSelected(regions: readonly string[]): RefitError {
  return new RefitError(
    'usage',
    `no instance to collect from in ${regions.length > 3 ? `${regions.length} regions` : regions.join(', ') || 'any region'}`,
    'use another --region or --select; refit inventory lists the fleet',
  );
}

function resultOf(
  tally: Tally,
  {
    provider,
    wanted,
    instances,
    missing,
  }: {
    readonly provider: string;
    readonly wanted: { readonly from: number; readonly until: number };
    readonly instances: number;
    readonly missing: number;
  },
): UsageCollection {
  const { collected, points, gaps, calls, remaining, notes, withoutData, isComplete } = tally;
  return {
    format: 'refit.usage-collection/1',
    ...{ provider, from: iso(wanted.from), until: iso(wanted.until), instances, collected },
    upToDate: instances - missing,
    ...{ points, gaps, calls, remainingCalls: remaining },
    withoutData: withoutData.sort((a, b) => (a.instance < b.instance ? -1 : 1)),
    ...{ notes, isComplete },
  };
}

/** What a history is compared with. */
interface Comparison {
  readonly store: UsageStore;
  readonly provider: string;
  readonly wanted: ReturnType<typeof wantedSpans>;
  readonly onCompared: (count: number) => void;
}

/** Groups the instances of a scope by what their history lacks; those without missing spans are in none. */
async function groupsOf(
  { store, provider, wanted, onCompared }: Comparison,
  reading: ScopeReading,
  instances: readonly Instance[],
): Promise<Group[]> {
  const metrics: readonly UsageMetric[] = [...reading.metrics.keys()];
  const groups = new Map<string, { instances: Instance[]; readonly spans: readonly MissingSpan[] }>();
  for (let at = 0; at < instances.length; at += ASKED_AT_ONCE) {
    const part = instances.slice(at, at + ASKED_AT_ONCE);
    const asked = await store.asked(
      provider,
      part.map(({ id }) => id),
    );
    for (const instance of part) {
      const spans = missingSpans(wanted, metrics, asked.get(instance.id) ?? []);
      if (spans.length === 0) continue;
      const key = JSON.stringify(spans);
      const group = groups.get(key) ?? { instances: [], spans };
      groups.set(key, group);
      group.instances.push(instance);
    }
    onCompared(part.length);
  }
  // A group that fits in one call each is the unit of work: its instances are kept together.
  return [...groups.values()].flatMap(({ instances, spans }) => {
    const size = reading.limits.instances;
    return Array.from({ length: Math.ceil(instances.length / size) }, (_, n) => ({
      ...{ reading, spans },
      instances: instances.slice(n * size, (n + 1) * size),
    }));
  });
}

function callsOf({ reading, instances, spans }: Group): number {
  return callsFor(instances.length, spans, reading.limits);
}

/** What the collection of groups needs. */
interface Work {
  readonly store: UsageStore;
  readonly provider: string;
  /** When the sizes were read. */
  readonly at: number;
  readonly options: CollectOptions;
  readonly tally: Tally;
  readonly missing: number;
}

async function collectGroups(reader: CloudReader, groups: readonly Group[], work: Work): Promise<void> {
  const { tally, missing, options } = work;
  const waiting = [...groups];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined && failures.length === 0; group = waiting.shift()) {
      if (group.reading.refusal !== null) continue;
      try {
        await collectGroup(reader, group, work);
      } catch (error) {
        failures.push(error);
      }
      options.onProgress?.('instances collected', tally.collected, missing);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (failures.length > 0) throw failures[0];
  if (tally.remaining > 0)
    tally.notes.push(
      message('usage.calls-spent', { most: options.maxCalls ?? 0, remaining: tally.remaining }),
    );
}

/** Reads and keeps one group. After a refusal that smaller calls or fewer metrics can avoid, it tries again. */
async function collectGroup(reader: CloudReader, group: Group, work: Work): Promise<void> {
  const { tally, store, provider, at } = work;
  const { reading, instances } = group;
  const { region, profile } = reading.scope;
  for (;;) {
    const spans = group.spans.filter(({ metric }) => reading.metrics.has(metric));
    const ids = instances.map(({ id }) => id);
    const asked = reading.limits;
    if (!mayCall(callsFor(ids.length, spans, asked), work)) return;
    const answer = await readMissing(reader, reading, { instances: ids, spans }, () => {
      tally.calls += 1;
    });
    if (answer.kind === 'read') {
      await store.put(
        provider,
        instances.map((one) => readingOf(one, answer.series.get(one.id) ?? [], at)),
      );
      for (const one of instances) count(one, answer.series.get(one.id) ?? [], tally);
      tally.collected += instances.length;
      return;
    }
    const { code, message: said } = answer.refusal;
    if (answer.kind === 'smaller-calls') {
      // Another group may have found it out meanwhile.
      if (reading.limits === asked) {
        reading.limits = SMALL_CALLS;
        tally.notes.push(message('usage.smaller-calls', { region, profile, code, ...SMALL_CALLS }));
      }
    } else if (answer.kind === 'no-metric') {
      if (reading.metrics.delete(answer.metric))
        tally.notes.push(
          message('usage.metric-refused', { region, profile, metric: answer.metric, code, answer: said }),
        );
      tally.isComplete = false;
    } else {
      if (reading.refusal === null)
        tally.notes.push(message('usage.region-refused', { region, profile, code, answer: said }));
      reading.refusal = { code, answer: said };
      tally.isComplete = false;
      return;
    }
  }
}

/** Reserves calls; false if that would be more than the user allows. The calls then count as remaining. */
function mayCall(calls: number, { tally, options: { maxCalls } }: Work): boolean {
  const isAllowed = maxCalls === null || tally.reserved + calls <= maxCalls;
  if (isAllowed) tally.reserved += calls;
  else tally.remaining += calls;
  return isAllowed;
}

function readingOf({ id, size, status }: Instance, series: readonly UsageSeries[], at: number): UsageReading {
  return { instance: id, series, size: status === 'unrecognised' ? null : size, at };
}

/** Counts the points of an instance. A gap is a missing point after the first one: before, the instance may not have been. */
function count(instance: Instance, series: readonly UsageSeries[], tally: Tally): void {
  let points = 0;
  for (const { values, period } of series) {
    if (period !== HOURLY) continue;
    const first = values.findIndex((value) => value !== null);
    if (first < 0) continue;
    const known = values.reduce((sum: number, value) => sum + (value === null ? 0 : 1), 0);
    points += known;
    tally.gaps += values.length - first - known;
  }
  tally.points += points;
  if (points > 0) return;
  const { id, region, profile, monitoring } = instance;
  const reason = monitoring === '1m' ? 'one-minute' : 'no-points';
  tally.withoutData.push({ instance: id, region, profile, reason });
}
