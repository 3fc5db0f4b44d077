/** The telemetry of one process as a worker uses it: several runs, a store, health probes. And its own faults. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createReplay } from '../../src/journal/replay.ts';
import type { JournalEntry } from '../../src/model.ts';
import { formatMetrics } from '../../src/telemetry/metrics/exposition.ts';
import { openTelemetry, type RunEvents, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { traceIdOf } from '../../src/telemetry/traces/span.ts';
import { readMetrics } from './read-metrics.ts';
import { entriesOf, event, planOf, START } from './stories.ts';

async function open(env: Readonly<Record<string, string>> = {}) {
  const notices: string[] = [];
  const bodies: string[] = [];
  const telemetry = await openTelemetry({
    metrics: { option: '--metrics', host: '127.0.0.1', port: 0 },
    routes: { '/healthz': () => ({ body: 'ok\n' }) },
    env,
    clock: systemClock,
    hasRuns: true,
    version: '0.1.0',
    process: {
      node: '24.0.0',
      host: 'here',
      pid: 7,
      figures: () => ({ startedAt: START, cpuSeconds: 1, memoryBytes: 1 }),
    },
    post: async ({ body }) => {
      bodies.push(body);
      return 200;
    },
    onNotice: (notice) => notices.push(notice),
  });
  onTestFinished(() => telemetry.close(0));
  return { telemetry, notices, bodies };
}

const TRACED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const scrape = async ({ url }: Telemetry) => readMetrics(await (await fetch(`${url}/metrics`)).text()).values;

function start(events: RunEvents, name: string, plan: string, past: readonly JournalEntry[] = []): void {
  const saved = planOf({ all: ['a'] }, plan);
  const run = { name, saved, replay: createReplay(saved) };
  for (const entry of past) events.onPast(entry, run);
  events.onStart(run);
}

describe('a worker', () => {
  it('follows several runs, and each is a trace of its own', async () => {
    const { telemetry, bodies } = await open(TRACED);
    const [one, two] = [telemetry.runEvents(), telemetry.runEvents()];
    one.onCall({ action: 'GetCallerIdentity', at: 0, until: 1, result: 'ok', code: null, requestId: null });
    start(one, 'runs/20261130T020000Z-11111111', 'one');
    start(two, '20261130T020000Z-22222222', 'two');
    for (const entry of entriesOf([
      [0, event.started()],
      [1, event.intent('a')],
      [2, event.accepted('a', 1)],
    ])) {
      one.onEntry(entry);
      two.onEntry({ ...entry, hash: `f${entry.hash.slice(1)}` });
    }
    one.onAppend(3);
    telemetry.watchStore(() => ({
      isUp: true,
      workers: 1,
      runsWithoutWorker: 0,
      runsDyingAtStart: 0,
      runs: {},
      runsLimit: 10,
    }));
    two.end();
    const values = await scrape(telemetry);
    expect(values.get('refit_runs{state="working"}')).toBe(1);
    expect(values.get('refit_orders_total{result="accepted"}')).toBe(2);
    expect(values.get('refit_calls_total{action="GetCallerIdentity",result="ok"}')).toBe(1);
    expect(values.get('refit_worker_runs_limit')).toBe(10);
    expect([...values.keys()].filter((series) => series.includes('plan="two"'))).toEqual([]);
    await telemetry.close();
    const spans = bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
    const runs = spans.filter(({ name }) => name === 'run');
    expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(2);
    expect(JSON.stringify(runs)).toMatch(
      /"20261130T020000Z-11111111"[\s\S]*"20261130T020000Z-22222222"|"20261130T020000Z-22222222"[\s\S]*"20261130T020000Z-11111111"/,
    );
  });

  it('shows a resumed run once its past is complete, and links it to the newest process before', async () => {
    const { telemetry, bodies } = await open(TRACED);
    const past = entriesOf([
      [0, event.started()],
      [1, event.started(true)],
      [2, event.intent('a')],
    ]);
    const saved = planOf({ all: ['a'] }, 'one');
    const replay = createReplay(saved);
    for (const entry of past) replay.add(entry);
    const run = { name: 'r', saved, replay };
    const events = telemetry.runEvents();
    for (const entry of past) events.onPast(entry, run);
    const startedAt = () =>
      readMetrics(formatMetrics(telemetry.families())).values.get(
        'refit_run_start_timestamp_seconds{plan="one"}',
      );
    expect(startedAt()).toBe(undefined);
    events.onStart(run);
    expect(startedAt()).toBe(START / 1000);
    for (const entry of entriesOf([[3, event.started(true)]], past)) events.onEntry(entry);
    events.end();
    await telemetry.close();
    const [span] = bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
    expect(span.links.map(({ traceId }: { traceId: string }) => traceId)).toEqual([traceIdOf(past[1]!.hash)]);
  });

  it('has its health probes beside the metrics', async () => {
    const { telemetry } = await open();
    expect(await (await fetch(`${telemetry.url}/healthz`)).text()).toBe('ok\n');
    expect((await fetch(`${telemetry.url}/`)).status).toBe(404);
  });
});

describe('a fault of telemetry', () => {
  it('in an entry is one notice, and never an exception', async () => {
    const { telemetry, notices } = await open(TRACED);
    const events = telemetry.runEvents();
    start(events, 'r', 'one');
    const broken = {
      kind: 'accepted',
      step: 'a/replicas',
      at: 'never',
      sentAt: null,
    } as unknown as JournalEntry;
    for (let n = 0; n < 3; n++) events.onEntry(null as unknown as JournalEntry);
    for (let n = 0; n < 3; n++) events.onEntry(broken);
    events.onEntry(entriesOf([[0, event.started()]])[0]!);
    events.onEntry(broken);
    events.end();
    expect(notices).toEqual([
      expect.stringMatching(/^telemetry is incomplete \(.*\); the run does not depend on it$/),
    ]);
    await telemetry.close();
  });

  it('in the live status is the answer of the scrape, and the run goes on', async () => {
    const { telemetry, notices } = await open();
    const events = telemetry.runEvents();
    start(events, 'r', 'one');
    events.onLive(() => {
      throw new Error('no status');
    });
    const answer = await fetch(`${telemetry.url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, 'no status\n']);
    events.onEntry(entriesOf([[0, event.started()]])[0]!);
    expect(notices).toEqual([]);
  });
});
