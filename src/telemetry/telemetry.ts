/**
 * Metrics and traces of one process: `apply`, `reconcile`, a scheduler or a worker. It observes entries, calls and request
 * slots, and changes nothing. No function of it throws or waits, except `openTelemetry` and `close`.
 */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Replay } from '../journal/replay.ts';
import type { JournalEntry, SavedPlan } from '../model.ts';
import type { ListenAddress } from './listen-address.ts';
import { type Listener, openListener } from './listener.ts';
import type { Family } from './metrics/exposition.ts';
import { createMeter, type LaneSource, type ProcessFigures, type StoreFigures } from './metrics/meter.ts';
import type { LiveFigures } from './metrics/run-meter.ts';
import { createMetricsRoute } from './metrics-route.ts';
import type { ObservedCall } from './observed-call.ts';
import { createRunTrace, type RunTrace } from './traces/run-trace.ts';
import type { Attributes, Span } from './traces/span.ts';
import {
  CLOSE_WITHIN,
  createSpanExporter,
  type PostSpans,
  type SpanExporter,
} from './traces/span-exporter.ts';
import { traceSettingsFrom } from './traces/trace-settings.ts';

/** One run in this process. */
export interface RunObserver {
  /** Takes an entry once it is durable. */
  entry(entry: JournalEntry): void;
  /** Takes a read that left for this run. */
  call(call: ObservedCall): void;
  /** Takes the function that returns the live status of the run. */
  live(status: () => LiveFigures): void;
  /** The process gives the run back, with or without an end. */
  end(): void;
}

/** A run as it is when this process takes it. */
export interface ObservedRun {
  readonly saved: Pick<SavedPlan, 'name' | 'digest' | 'steps' | 'waves'>;
  /** The name of the run directory, or the id of the run in its store. */
  readonly run: string;
  /** The entries of earlier processes. */
  readonly past: readonly JournalEntry[];
  /** The replay of the live process; absent: telemetry keeps its own. */
  readonly replay?: Pick<Replay, 'step'>;
}

/** The telemetry of one process. */
export interface Telemetry {
  /** The address of the metrics; null: nobody asked for metrics. */
  readonly url: string | null;
  /** Takes further spans, such as those of the scheduler; null: nobody asked for traces. */
  readonly spans: { isSampled(traceId: string): boolean; emit(span: Span): void } | null;
  /** Follows a run. A worker calls it for each run that it takes, with every claim. */
  run(run: ObservedRun): RunObserver;
  /** Takes a read that left for no run. */
  call(call: ObservedCall): void;
  /** Counts a group of journal entries that became durable. @param ms milliseconds */
  append(ms: number): void;
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
  /** Ends what is open and sends the last spans. @param within milliseconds; 0: sends nothing more. */
  close(within?: number): Promise<void>;
}

export interface TelemetryInput {
  /** Where to serve `/metrics`; null: nowhere. */
  readonly metrics: ListenAddress | null;
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
  const guarded = createGuard(onNotice);
  const { node, host, pid, figures } = input.process;
  const meter = createMeter(clock, { version, node, figures }, input.hasRuns);
  const watched: (() => readonly Family[])[] = [];
  const families = () => [...meter.families(), ...watched.flatMap((more) => more())];
  const listener =
    input.metrics && (await openListener(input.metrics, { '/metrics': createMetricsRoute(families, clock) }));
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
  return {
    url: listener?.url ?? null,
    spans: settings && { isSampled: settings.isSampled, emit },
    run({ saved, run, past, replay }) {
      const figuresOfRun = meter.run(saved, past, replay ?? null);
      const trace = settings && createRunTrace({ saved, run, past, ...settings, emit });
      if (trace) traces.add(trace);
      return {
        entry: guarded((entry) => {
          figuresOfRun.entry(entry);
          trace?.entry(entry);
        }),
        call: guarded((call) => {
          meter.call(call);
          trace?.call(call);
        }),
        live: figuresOfRun.live,
        end: guarded(() => {
          figuresOfRun.end();
          trace?.close(clock.now());
          if (trace) traces.delete(trace);
        }),
      };
    },
    call: meter.call,
    append: meter.append,
    storeRequest: meter.storeRequest,
    watchLanes: meter.watchLanes,
    watchStore: meter.watchStore,
    watch: (more) => watched.push(more),
    families,
    async close(within = CLOSE_WITHIN) {
      for (const trace of traces) trace.close(clock.now());
      traces.clear();
      await closeAll(exporter, listener, within);
    },
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

async function closeAll(
  exporter: SpanExporter | null,
  listener: Listener | null,
  within: number,
): Promise<void> {
  await Promise.all([exporter?.close(within), listener?.close()]);
}
