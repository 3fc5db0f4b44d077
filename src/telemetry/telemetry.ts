/**
 * Metrics and traces of one process: `apply`, `reconcile`, a scheduler or a worker. It observes entries, calls and request
 * slots, and changes nothing. No function of it throws or waits, except `openTelemetry` and `close`. A worker uses it so:
 *
 *     const telemetry = await telemetryFor(options, terminal, { routes });    null: nobody asked for it
 *     telemetry?.watchLanes(permits);                                         once for permits that runs share
 *     telemetry?.watchStore(() => figures);                                   from `watchStoreFigures` of the store
 *     const { onCall, end, ...events } = telemetry.runEvents();               for each run: `connect`, then `workOnRun`
 *     await telemetry?.close();                                               at the end, two seconds at most
 */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Replay } from '../journal/replay.ts';
import type { JournalEntry, SavedPlan } from '../model.ts';
import type { ListenAddress } from './listen-address.ts';
import { openListener, type Routes } from './listener.ts';
import type { Family } from './metrics/exposition.ts';
import {
  createMeter,
  type LaneSource,
  type Meter,
  type ProcessFigures,
  type RunMeter,
  type StoreFigures,
} from './metrics/meter.ts';
import { followRun, type LiveFigures, type RunFollower } from './metrics/run-meter.ts';
import { createMetricsRoute } from './metrics-route.ts';
import type { ObservedCall } from './observed-call.ts';
import { createRunTrace, type RunTrace, type RunTraceInput } from './traces/run-trace.ts';
import type { Attributes, Span } from './traces/span.ts';
import { createSpanExporter, type PostSpans } from './traces/span-exporter.ts';
import { type TraceSettings, traceSettingsFrom } from './traces/trace-settings.ts';

/** A run whose process starts. */
export interface ObservedRun {
  /** The run directory, or the id of the run in its store. */
  readonly name: string;
  readonly saved: Pick<SavedPlan, 'name' | 'digest' | 'steps' | 'waves'>;
  readonly replay: Pick<Replay, 'step'>;
}

/** The receivers of one run and its client, in the form that `applySavedPlan`, `reconcileRun` and `connect` take. */
export interface RunEvents {
  /** Takes an entry of an earlier process, in order, before `onStart`. */
  onPast(entry: JournalEntry, run: ObservedRun): void;
  onStart(run: ObservedRun): void;
  /** Takes an entry once it is durable. */
  onEntry(entry: JournalEntry): void;
  /** Takes how long a group of entries took to become durable, in milliseconds. */
  onAppend(ms: number): void;
  /** Takes the function that returns the live status of the run. */
  onLive(status: () => LiveFigures): void;
  /** Takes a read that left, also before the run has started. */
  onCall(call: ObservedCall): void;
  /** The process gives the run back, with or without an end. */
  end(): void;
}

/** The telemetry of one process. */
export interface Telemetry {
  /** The address of the metrics; null: nobody asked for metrics. */
  readonly url: string | null;
  /** Takes further spans, such as those of the scheduler; null: nobody asked for traces. */
  readonly spans: { isSampled(traceId: string): boolean; emit(span: Span): void } | null;
  /** Makes the receivers of one run. A worker makes them for each run that it takes, with every claim. */
  runEvents(): RunEvents;
  /** Counts a request to the store. @param ms milliseconds */
  storeRequest(ms: number): void;
  /** Shows request slots. @returns a function that ends it. */
  watchLanes(source: LaneSource): () => void;
  /** Shows the store. `source` is called at each scrape, so it must not read the store. */
  watchStore(source: () => StoreFigures | null): void;
  /** Shows further metrics, such as those of the scheduler. */
  watch(families: () => readonly Family[]): void;
  /** The present values of all metrics. */
  families(): readonly Family[];
  /** Ends what is open and sends the last spans. @param within milliseconds; 0: sends nothing more; default: as the environment says. */
  close(within?: number): Promise<void>;
}

export interface TelemetryInput {
  /** Where to serve `/metrics`; null: nowhere. */
  readonly metrics: ListenAddress | null;
  /** Further paths at that address, such as health probes. */
  readonly routes?: Routes;
  /** The environment, for the `OTEL_` variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** False for a process that never carries out a run, such as a scheduler: it has no counters of runs. */
  readonly hasRuns: boolean;
  readonly version: string;
  readonly process: {
    readonly node: string;
    readonly host: string;
    readonly pid: number;
    figures(): ProcessFigures;
  };
  /** Sends spans. */
  readonly post: PostSpans;
  /** Receives what a person should know, as one sentence each. */
  readonly onNotice: (notice: string) => void;
}

/** Opens what the options and the environment ask for. @throws RefitError `usage` if the port is not available. */
export async function openTelemetry(input: TelemetryInput): Promise<Telemetry> {
  const { clock, env, version, onNotice, post } = input;
  const { node, host, pid, figures } = input.process;
  const meter = createMeter(clock, { version, node, figures }, input.hasRuns);
  const watched: (() => readonly Family[])[] = [];
  const families = () => [...meter.families(), ...watched.flatMap((more) => more())];
  const routes = { ...input.routes, '/metrics': createMetricsRoute(families, clock) };
  const listener = input.metrics && (await openListener(input.metrics, routes));
  const { settings, notices } = traceSettingsFrom(env);
  for (const notice of notices) onNotice(notice);
  const resource: Attributes = {
    'service.version': version,
    'host.name': host,
    'process.pid': pid,
    'telemetry.sdk.name': 'refit',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': version,
  };
  const exporter =
    settings &&
    createSpanExporter({ settings, resource, version, clock, post, onResult: meter.spans, onNotice });
  const emit = (span: Span): void => exporter?.add(span);
  const traces = new Set<RunTrace>();
  const traceOf = (run: Omit<RunTraceInput, keyof TraceSettings | 'emit'>): RunTrace | null => {
    const trace = settings && createRunTrace({ ...run, ...settings, emit });
    if (trace !== null) traces.add(trace);
    return trace;
  };
  const end = (trace: RunTrace): void => {
    if (traces.delete(trace)) trace.close(clock.now());
  };
  return {
    url: listener?.url ?? null,
    spans: settings && { isSampled: settings.isSampled, emit },
    runEvents: () => createRunEvents({ meter, traceOf, end, guarded: createGuard(onNotice) }),
    storeRequest: meter.storeRequest,
    watchLanes: meter.watchLanes,
    watchStore: meter.watchStore,
    watch: (more) => watched.push(more),
    families,
    async close(within) {
      for (const trace of traces) end(trace);
      await Promise.all([exporter?.close(within), listener?.close()]);
    },
  };
}

function createRunEvents({
  meter,
  traceOf,
  end,
  guarded,
}: {
  readonly meter: Meter;
  readonly traceOf: (run: Omit<RunTraceInput, keyof TraceSettings | 'emit'>) => RunTrace | null;
  readonly end: (trace: RunTrace) => void;
  readonly guarded: ReturnType<typeof createGuard>;
}): RunEvents {
  let figures: RunMeter | null = null;
  let trace: RunTrace | null = null;
  let follower: RunFollower | null = null;
  let before: JournalEntry | null = null;
  return {
    onPast: guarded((entry, { saved, replay }) => {
      follower ??= followRun(saved, replay);
      follower.add(entry);
      if (entry.kind === 'run-started') before = entry;
    }),
    onStart: guarded(({ name, saved, replay }) => {
      figures = meter.run(follower ?? followRun(saved, replay));
      trace = traceOf({ saved, run: name.replace(/^.*[\\/]/, ''), before });
    }),
    onEntry: guarded((entry) => {
      figures?.entry(entry);
      trace?.entry(entry);
    }),
    onAppend: meter.append,
    onLive: (status) => figures?.live(status),
    onCall: guarded((call) => {
      meter.call(call);
      trace?.call(call);
    }),
    end: guarded(() => {
      figures?.end();
      if (trace !== null) end(trace);
    }),
  };
}

/** Makes functions that never throw: a fault of telemetry must not end a run. The first fault is one notice. */
function createGuard(onNotice: TelemetryInput['onNotice']) {
  let hasFailed = false;
  return <Arguments extends readonly unknown[]>(act: (...all: Arguments) => void) =>
    (...all: Arguments): void => {
      try {
        act(...all);
      } catch (error) {
        if (hasFailed) return;
        hasFailed = true;
        onNotice(`telemetry is incomplete (${messageOf(error)}); the run does not depend on it`);
      }
    };
}
