/** All metrics of one process: counters of what it did, and gauges of its runs, lanes and store. */
import type { Clock } from '../../clock.ts';
import type { JournalEntry } from '../../model.ts';
import { SECOND } from '../../units.ts';
import type { ObservedCall } from '../observed-call.ts';
import type { Family, Labels, Sample } from './exposition.ts';
import { createProcessCounters } from './process-counters.ts';
import { type LiveFigures, RUN_STATES, type RunFigures, type RunFollower } from './run-meter.ts';
import { family, type MetricId } from './table.ts';

/** Plans come and go, so their number is bounded. */
const MOST_PLANS = 100;

/** The request slots of one identity or of several. `Permits` fits. */
export interface LaneSource {
  readonly fullRate: number;
  lanes(): readonly {
    readonly action: string;
    readonly host: string;
    readonly rate: number;
    readonly held: { readonly since: string; readonly limit: number } | null;
  }[];
}

/** What a worker knows about its store. */
export interface StoreFigures {
  readonly isUp: boolean;
  /** Live workers; null: not known. */
  readonly workers: number | null;
  /** Runs that no live worker can take; null: not known. */
  readonly runsWithoutWorker: number | null;
  /** Runs whose processes die at their start; null: not known. */
  readonly runsDyingAtStart: number | null;
  /** Runs by state, for a small set of states. */
  readonly runs: Readonly<Record<string, number>>;
  /** Runs that this worker carries out at the same time at most; null: the process is no worker. */
  readonly runsLimit: number | null;
}

/** What the operating system says about this process. */
export interface ProcessFigures {
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

export interface RunMeter {
  /** Takes an entry once it is durable. */
  entry(entry: JournalEntry): void;
  /** Takes the function that returns the live status. */
  live(status: () => LiveFigures): void;
  /** Ends the gauges of the run, and counts it as left if its journal says no end. */
  end(): void;
}

export interface Meter {
  /** Shows a run. @param follower has the entries of earlier processes: they count in the gauges of the run only. */
  run(follower: RunFollower): RunMeter;
  /** Counts a read. Orders count from the journal. */
  call(call: ObservedCall): void;
  /** Counts a group of entries that became durable. @param ms milliseconds */
  append(ms: number): void;
  /** Counts a request to the store. @param ms milliseconds */
  storeRequest(ms: number): void;
  /** Counts spans by result. */
  spans(result: 'exported' | 'failed' | 'dropped', count: number): void;
  /** Shows these request slots. @returns a function that ends it. */
  watchLanes(source: LaneSource): () => void;
  /** Shows the store. @param source null: not known yet. */
  watchStore(source: () => StoreFigures | null): void;
  /** The present values of all metrics. */
  families(): readonly Family[];
}

/** How a process describes itself. */
interface Self {
  readonly version: string;
  readonly node: string;
  figures(): ProcessFigures;
}

/** @param hasRuns false: the process never carries out a run, so it shows no counters of runs. */
export function createMeter(clock: Pick<Clock, 'now'>, self: Self, hasRuns: boolean): Meter {
  const counters = createProcessCounters();
  const runs = new Set<() => RunFigures>();
  const lanes = new Set<LaneSource>();
  let store: () => StoreFigures | null = () => null;
  return {
    run(follower) {
      let live: (() => LiveFigures) | null = null;
      let hasEnded = false;
      const figures = () => follower.figures(live?.() ?? null);
      runs.add(figures);
      return {
        entry(entry) {
          follower.add(entry);
          counters.entry(entry);
          if (entry.kind === 'run-started') hasEnded = false;
          if (entry.kind === 'run-ended' || entry.kind === 'rested') hasEnded = true;
        },
        live(status) {
          live = status;
        },
        end() {
          if (runs.delete(figures) && !hasEnded) counters.left();
        },
      };
    },
    call: counters.call,
    append: counters.append,
    storeRequest: counters.storeRequest,
    spans: counters.spans,
    watchLanes(source) {
      lanes.add(source);
      return () => void lanes.delete(source);
    },
    watchStore(source) {
      store = source;
    },
    families: () => [
      ...processFamilies(self),
      ...(hasRuns ? runFamilies([...runs].map((figures) => figures())) : []),
      ...(hasRuns ? counters.families() : []),
      ...counters.spanFamilies(),
      ...laneFamilies([...lanes], clock.now()),
      ...storeFamilies(store()),
    ],
  };
}

const sample = (value: number, labels: Labels = {}): Sample => ({ labels, value });

function processFamilies({ version, node, figures }: Self): Family[] {
  const { startedAt, cpuSeconds, memoryBytes } = figures();
  return [
    family('buildInfo', [sample(1, { version, node })]),
    family('startTime', [sample(startedAt / SECOND)]),
    family('cpuTime', [sample(cpuSeconds)]),
    family('memory', [sample(memoryBytes)]),
  ];
}

/** Two runs can have plans of one name, so their figures are added; of two moments, the older one counts. */
function runFamilies(runs: readonly RunFigures[]): Family[] {
  const sums = new Map<MetricId, ReturnType<typeof createSums>>();
  const plans = new Set<string>();
  const add = (id: MetricId, labels: Labels, value: number | null, join = plus): void => {
    if (value === null) return;
    const found = sums.get(id) ?? createSums();
    sums.set(id, found);
    found.add(labels, value, join);
  };
  for (const state of RUN_STATES) add('runs', { state }, runs.filter((one) => one.state === state).length);
  for (const run of runs) {
    const plan = plans.has(run.plan) || plans.size < MOST_PLANS ? run.plan : 'other';
    plans.add(plan);
    add('runStart', { plan }, run.startedAt, Math.min);
    add('runProgress', { plan }, run.progressAt, Math.min);
    for (const [state, count] of run.steps) add('runSteps', { plan, state }, count);
    add('runUnanswered', { plan }, run.unanswered);
    for (const [currency, amount] of run.billed) add('runBilled', { plan, currency }, amount);
    if (run.live === null) continue;
    const { inFlight, waits } = run.live;
    add('runInFlight', { plan }, inFlight.inProgress);
    add('runInFlightLimit', { plan }, inFlight.now);
    for (const { name } of waits) add('runWaits', { plan, reason: name }, 1);
  }
  return [...sums].map(([id, found]) => family(id, found.samples()));
}

const plus = (a: number, b: number): number => a + b;

/** Values by labels, in the order of their first one. */
function createSums() {
  const values = new Map<string, { readonly labels: Labels; value: number }>();
  return {
    add(labels: Labels, value: number, join: (a: number, b: number) => number): void {
      const key = JSON.stringify(Object.values(labels));
      const found = values.get(key);
      if (found) found.value = join(found.value, value);
      else values.set(key, { labels, value });
    },
    samples: (): Sample[] => [...values.values()],
  };
}

/** Lanes with the same labels belong to different identities. */
function laneFamilies(sources: readonly LaneSource[], now: number): Family[] {
  const [rate, full, hold] = [createSums(), createSums(), createSums()];
  for (const source of sources)
    for (const lane of source.lanes()) {
      const labels = { action: lane.action, host: lane.host };
      const left = lane.held === null ? 0 : Date.parse(lane.held.since) + lane.held.limit - now;
      rate.add(labels, lane.rate, plus);
      full.add(labels, source.fullRate, plus);
      hold.add(labels, Math.max(0, left) / SECOND, Math.max);
    }
  return [
    family('slotRate', rate.samples()),
    family('slotRateFull', full.samples()),
    family('slotHold', hold.samples()),
  ];
}

function storeFamilies(store: StoreFigures | null): Family[] {
  if (store === null) return [];
  const known = (value: number | null): Sample[] => (value === null ? [] : [sample(value)]);
  return [
    family('storeUp', [sample(store.isUp ? 1 : 0)]),
    family(
      'storeRuns',
      Object.entries(store.runs).map(([state, count]) => sample(count, { state })),
    ),
    family('storeOrphans', known(store.runsWithoutWorker)),
    family('storeDying', known(store.runsDyingAtStart)),
    family('workers', known(store.workers)),
    family('workerRuns', known(store.runsLimit)),
  ];
}
