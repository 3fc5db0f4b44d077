/** Metrics from journals, calls and lanes: pure tables, and real runs in virtual time against the replay of their journals. */
import { describe, expect, it } from 'vitest';
import { createReplay, replay } from '../../src/journal/replay.ts';
import { type JournalEntry, type JournalEvent, OUTCOMES } from '../../src/model.ts';
import { createCounter } from '../../src/telemetry/metrics/counter.ts';
import { formatMetrics } from '../../src/telemetry/metrics/exposition.ts';
import { createHistogram } from '../../src/telemetry/metrics/histogram.ts';
import { createMeter, type LaneSource, type Meter } from '../../src/telemetry/metrics/meter.ts';
import { followRun, type LiveFigures } from '../../src/telemetry/metrics/run-meter.ts';
import { METRICS } from '../../src/telemetry/metrics/table.ts';
import { createMetricsRoute } from '../../src/telemetry/metrics-route.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';
import { readMetrics } from './read-metrics.ts';
import { entriesOf, event, planOf, START, stepOf } from './stories.ts';

const SELF = {
  version: '0.1.0',
  node: '24.0.0',
  figures: () => ({ startedAt: START, cpuSeconds: 1.5, memoryBytes: 1000 }),
};
const CLOCK = { now: () => START };

const meterOf = (): Meter => createMeter(CLOCK, SELF, true);

/** The present values, read by the strict reader. */
const valuesOf = (meter: Meter): Readonly<Record<string, number>> =>
  Object.fromEntries(readMetrics(formatMetrics(meter.families())).values);

/** A run with entries of earlier processes. */
function followed(plan: Parameters<typeof followRun>[0], past: readonly JournalEntry[]) {
  const follower = followRun(plan);
  for (const entry of past) follower.add(entry);
  return follower;
}

/** The values that the entries of a fresh run change. */
function afterEvents(events: readonly JournalEvent[], plan = planOf({ canary: ['a'], rest: ['b', 'c'] })) {
  const meter = meterOf();
  const run = meter.run(followRun(plan));
  for (const entry of entriesOf(events.map((one, second) => [second, one]))) run.entry(entry);
  return { meter, run, values: valuesOf(meter) };
}

const STEPS = (state: string) => `refit_run_steps{plan="nightly",state="${state}"}`;

describe('the entries of a journal become these values', () => {
  const { started, intent, accepted, refused, noAnswer, resolved, stepEnded, deferred, began } = event;
  const table: readonly [title: string, events: readonly JournalEvent[], values: Record<string, number>][] = [
    ['a run without entries: every step waits', [], { [STEPS('waiting')]: 3 }],
    [
      'an intent',
      [started(), intent('a')],
      { [STEPS('waiting')]: 2, [STEPS('ordering')]: 1, 'refit_run_unanswered_orders{plan="nightly"}': 0 },
    ],
    [
      'an order that was not sent',
      [started(), intent('a'), event.notSent('a')],
      { [STEPS('waiting')]: 3, [STEPS('ordering')]: 0, 'refit_orders_total{result="not-sent"}': 1 },
    ],
    [
      'an accepted order',
      [started(), intent('a'), accepted('a', 1)],
      {
        [STEPS('following')]: 1,
        'refit_orders_total{result="accepted"}': 1,
        'refit_calls_total{action="UpgradeInstance",result="ok"}': 1,
        'refit_call_duration_seconds_count{action="UpgradeInstance"}': 1,
        'refit_call_duration_seconds_sum{action="UpgradeInstance"}': 1,
        'refit_call_duration_seconds_bucket{action="UpgradeInstance",le="0.5"}': 0,
        'refit_call_duration_seconds_bucket{action="UpgradeInstance",le="1"}': 1,
      },
    ],
    [
      'a refusal by the limit',
      [started(), intent('a'), refused('a', 1, 'RequestLimitExceeded.UinLimitExceeded')],
      {
        [STEPS('waiting')]: 3,
        'refit_orders_total{result="refused"}': 1,
        'refit_order_refusals_total{code="RequestLimitExceeded.UinLimitExceeded"}': 1,
        'refit_calls_total{action="UpgradeInstance",result="limited"}': 1,
      },
    ],
    [
      'a refusal that may hide an order',
      [started(), intent('a'), refused('a', 1, 'InternalError', 'read-first')],
      { [STEPS('unanswered')]: 1, 'refit_run_unanswered_orders{plan="nightly"}': 1 },
    ],
    [
      'an order without an answer, and one that is resolved',
      [started(), intent('a'), noAnswer('a', 1), intent('b'), noAnswer('b', 3), resolved('b', true)],
      {
        [STEPS('unanswered')]: 1,
        [STEPS('following')]: 1,
        'refit_run_unanswered_orders{plan="nightly"}': 1,
        'refit_orders_total{result="no-answer"}': 2,
        'refit_calls_total{action="UpgradeInstance",result="unusable"}': 2,
      },
    ],
    [
      'a change that waits for its window',
      [started(), intent('a'), accepted('a', 1), deferred('a')],
      { [STEPS('deferred')]: 1, [STEPS('following')]: 0 },
    ],
    [
      'a change that began in its window',
      [started(), intent('a'), accepted('a', 1), deferred('a'), began('a')],
      { [STEPS('deferred')]: 0, [STEPS('following')]: 1 },
    ],
    [
      'ends of steps with bills of two currencies, and a later bill',
      [
        started(),
        stepEnded('a', 'verified', { amount: 100, currency: 'CNY' }),
        stepEnded('b', 'failed', { amount: 7.5, currency: 'USD' }),
        stepEnded('c', 'verified'),
        event.billed('c', -30),
      ],
      {
        [STEPS('verified')]: 2,
        [STEPS('failed')]: 1,
        [STEPS('waiting')]: 0,
        'refit_steps_total{outcome="verified"}': 2,
        'refit_steps_total{outcome="failed"}': 1,
        'refit_run_billed{plan="nightly",currency="CNY"}': 70,
        'refit_run_billed{plan="nightly",currency="USD"}': 7.5,
      },
    ],
    [
      'an unknown outcome',
      [started(), intent('a'), noAnswer('a', 1), stepEnded('a', 'unknown')],
      { [STEPS('unknown')]: 1, 'refit_run_unanswered_orders{plan="nightly"}': 1 },
    ],
    [
      'progress is not a refusal that is tried again',
      [started(), intent('a'), refused('a', 1, 'FailedOperation.SystemError')],
      { 'refit_run_last_progress_timestamp_seconds{plan="nightly"}': START / 1000 },
    ],
    [
      'a run that drains',
      [started(), event.stopping()],
      { 'refit_runs{state="stopping"}': 1, 'refit_runs{state="working"}': 0 },
    ],
    [
      'a gate, and the end of the run',
      [started(), event.gate(0, 'failure'), event.ended('halted', 4)],
      { 'refit_gates_total{outcome="failure"}': 1, 'refit_runs_ended_total{because="halted"}': 1 },
    ],
  ];
  it.each(table)('%s', (_, events, expected) => {
    const { values } = afterEvents(events);
    expect(values).toMatchObject(expected);
    const inPlan = Object.entries(values).filter(([series]) => series.startsWith('refit_run_steps{'));
    expect(
      inPlan.reduce((sum, [, count]) => sum + count, 0),
      'the steps add up',
    ).toBe(3);
  });
});

describe('a resumed run', () => {
  const plan = planOf({ all: ['a', 'b', 'c', 'd'] });
  const past = entriesOf([
    [0, event.started()],
    [1, event.intent('a')],
    [2, event.accepted('a', 1)],
    [3, event.stepEnded('a', 'verified', { amount: 100, currency: 'CNY' })],
    [4, event.intent('b')],
    [5, event.noAnswer('b', 4)],
    [6, event.intent('c')],
    [7, event.refused('c', 6, 'FailedOperation.NoMoney', 'halt')],
    [8, event.stepEnded('c', 'refused')],
    [9, event.stepEnded('b', 'unknown')],
    [10, event.ended('halted', 4)],
  ]);

  it('has the gauges of the whole run, and counters of this process', () => {
    const meter = meterOf();
    const run = meter.run(followed(plan, past));
    expect(valuesOf(meter)).toMatchObject({
      [STEPS('verified')]: 1,
      [STEPS('unknown')]: 1,
      [STEPS('refused')]: 1,
      'refit_run_billed{plan="nightly",currency="CNY"}': 100,
      'refit_orders_total{result="accepted"}': 0,
      refit_journal_entries_total: 0,
    });
    for (const entry of entriesOf([[100, event.started(true)]], past)) run.entry(entry);
    // Each process resolves unknown steps again, and a halting refusal is open again.
    expect(valuesOf(meter)).toMatchObject({
      [STEPS('verified')]: 1,
      [STEPS('unanswered')]: 1,
      [STEPS('unknown')]: 0,
      [STEPS('refused')]: 0,
      [STEPS('waiting')]: 2,
      'refit_run_start_timestamp_seconds{plan="nightly"}': START / 1000,
      'refit_run_last_progress_timestamp_seconds{plan="nightly"}': START / 1000 + 100,
      'refit_runs_started_total{resumed="true"}': 1,
      'refit_runs_started_total{resumed="false"}': 0,
    });
  });

  it('ends its gauges with the process, and keeps the counters', () => {
    const meter = meterOf();
    const run = meter.run(followed(plan, past));
    run.end();
    run.end();
    const values = valuesOf(meter);
    expect(Object.keys(values).filter((series) => series.startsWith('refit_run_'))).toEqual([]);
    expect(values).toMatchObject({ 'refit_runs_ended_total{because="left"}': 1 });
  });
});

it('a run that rests has not left', () => {
  const { run, meter } = afterEvents([event.started(), event.rested()]);
  run.end();
  expect(valuesOf(meter)).toMatchObject({
    'refit_runs_ended_total{because="rested"}': 1,
    'refit_runs_ended_total{because="left"}': 0,
  });
});

describe('real runs in virtual time', () => {
  const FAULTS = ['lost-answer:0.3', 'reset-before:0.2'];
  it.each([1, 2, 3, 4])('have the figures of their replay at every entry, seed %i', async (seed) => {
    const stage = await setStage({
      fleet: standards(12),
      plan: ALL_TO_8GB,
      faults: FAULTS,
      seed,
    });
    await stage.run({ diesAt: ({ kind }) => kind === 'arrived' && stage.disk.text.length > 6000 });
    const { entries } = await stage.run();
    const own = followRun(stage.saved);
    const shared = createReplay(stage.saved);
    const sharing = followRun(stage.saved, shared);
    for (const [index, entry] of entries.entries()) {
      own.add(entry);
      shared.add(entry);
      sharing.add(entry);
      if (index % 7 !== 0 && index < entries.length - 3) continue;
      const expected = countsOf(stage.saved, entries.slice(0, index + 1));
      expect(nonZero(own.figures(null).steps), `entry ${entry.seq}`).toEqual(expected);
      expect(nonZero(sharing.figures(null).steps), `entry ${entry.seq}`).toEqual(expected);
    }
  });
});

function countsOf(saved: Parameters<typeof replay>[0], entries: readonly JournalEntry[]) {
  const counts: Record<string, number> = {};
  for (const { phase, outcome, waitsFor } of replay(saved, entries).steps.values()) {
    const state = phase === 'ended' ? outcome : waitsFor === null ? phase : 'deferred';
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

const nonZero = (counts: ReadonlyMap<string, number>) =>
  Object.fromEntries([...counts].filter(([, count]) => count !== 0));

describe('live figures', () => {
  const live = (waits: LiveFigures['waits'], paused: object | null = null): LiveFigures => ({
    paused,
    inFlight: { now: 20, inProgress: 3 },
    waits,
  });

  it.each<[string, LiveFigures, string]>([
    ['working while steps wait', live([{ name: 'following', step: stepOf('a') }]), 'working'],
    ['waiting in a soak', live([{ name: 'soak', step: null }]), 'waiting'],
    ['working while calls are held for a moment', live([{ name: 'rateHold', step: null }]), 'working'],
    ['paused', live([{ name: 'paused', step: null }], {}), 'paused'],
  ])('a run is %s', (_, status, state) => {
    const { run, meter } = afterEvents([event.started()]);
    run.live(() => status);
    expect(valuesOf(meter)).toMatchObject({
      [`refit_runs{state="${state}"}`]: 1,
      'refit_run_in_flight{plan="nightly"}': 3,
      'refit_run_in_flight_limit{plan="nightly"}': 20,
    });
  });

  it('two runs of one plan are added up', () => {
    const meter = meterOf();
    const plan = planOf({ all: ['a', 'b'] });
    for (const reason of ['following', 'following'])
      meter.run(followRun(plan)).live(() => live([{ name: reason, step: stepOf('a') }]));
    expect(valuesOf(meter)).toMatchObject({
      [STEPS('waiting')]: 4,
      'refit_run_waits{plan="nightly",reason="following"}': 2,
      'refit_run_in_flight{plan="nightly"}': 6,
      'refit_runs{state="working"}': 2,
    });
  });
});

describe('request slots, calls and the store', () => {
  it('lanes of several identities are added, and the longest hold counts', () => {
    const held = { since: new Date(START - 200).toISOString(), limit: 700 };
    const lane = { action: 'UpgradeInstance', host: 'redis.tencentcloudapi.com', rate: 18, held: null };
    const source: LaneSource = { fullRate: 18, lanes: () => [lane, { ...lane, rate: 9, held }] };
    const meter = meterOf();
    const stop = meter.watchLanes(source);
    const labels = '{action="UpgradeInstance",host="redis.tencentcloudapi.com"}';
    expect(valuesOf(meter)).toMatchObject({
      [`refit_request_slots_per_second${labels}`]: 27,
      [`refit_request_slots_full_per_second${labels}`]: 36,
      [`refit_request_slots_hold_seconds${labels}`]: 0.5,
    });
    stop();
    expect(Object.keys(valuesOf(meter)).some((series) => series.includes('request_slots'))).toBe(false);
  });

  it('calls count by action and result, and a clock that jumps back counts as no time', () => {
    const meter = meterOf();
    const call = { action: 'DescribeInstances', at: 1000, code: null, requestId: null };
    meter.call({ ...call, until: 1100, result: 'ok' });
    meter.call({ ...call, until: 0, result: 'unusable' });
    expect(valuesOf(meter)).toMatchObject({
      'refit_calls_total{action="DescribeInstances",result="ok"}': 1,
      'refit_calls_total{action="DescribeInstances",result="unusable"}': 1,
      'refit_call_duration_seconds_sum{action="DescribeInstances"}': 0.1,
    });
  });

  it('a store that is not known is not shown, and its figures are', () => {
    const meter = meterOf();
    expect(Object.keys(valuesOf(meter)).some((series) => series.startsWith('refit_store'))).toBe(false);
    meter.watchStore(() => ({
      isUp: false,
      workers: 3,
      runsWithoutWorker: 1,
      runsDyingAtStart: 2,
      runs: { queued: 2, running: 1 },
      runsLimit: 4,
    }));
    meter.storeRequest(3);
    expect(valuesOf(meter)).toMatchObject({
      refit_store_up: 0,
      refit_workers: 3,
      refit_runs_without_worker: 1,
      refit_runs_dying_at_start: 2,
      'refit_store_runs{state="queued"}': 2,
      refit_worker_runs_limit: 4,
      refit_store_request_seconds_count: 1,
    });
  });

  it('a process without runs shows no counters of runs', () => {
    const names = createMeter(CLOCK, SELF, false)
      .families()
      .map(({ metric }) => metric.name);
    expect(names).toContain('refit_build_info');
    expect(names).not.toContain('refit_orders_total');
  });
});

describe('text from outside', () => {
  const HOSTILE = 'a"b\\c\nd\u202e\x1b[31m{}'.padEnd(500, 'x');

  it('is one visible line in a label, of bounded length', () => {
    const { meter } = afterEvents([event.started()], planOf({ all: ['a'] }, HOSTILE));
    const text = formatMetrics(meter.families());
    readMetrics(text);
    const [, label = ''] = /^refit_run_steps\{plan="(.*)",state/m.exec(text)!;
    expect(label).toMatch(/^a\\"b\\\\c\\\\nd\\\\u\{202e\}\\\\x1b\[31m\{\}x+$/);
    expect(label.length).toBeLessThan(200);
  });

  it('a code that the provider would not write counts as other', () => {
    const { values } = afterEvents([
      event.started(),
      event.refused('a', 1, 'AuthFailure "x"'),
      event.refused('b', 1, 'x'.repeat(100)),
    ]);
    expect(values).toMatchObject({ 'refit_order_refusals_total{code="other"}': 2 });
  });

  it('a thousand codes, actions and plans make a bounded number of series', () => {
    const meter = meterOf();
    const runs = Array.from({ length: 1000 }, (_, n) =>
      meter.run(followRun(planOf({ all: ['a'] }, `plan ${n}`))),
    );
    const entries = entriesOf(
      Array.from({ length: 1000 }, (_, n) => [n, event.refused('a', n, `Code.N${n}`)] as const),
    );
    for (const entry of entries) runs[0]!.entry(entry);
    for (let n = 0; n < 1000; n++)
      meter.call({ action: `Describe${n}`, at: 0, until: 1, result: 'ok', code: null, requestId: null });
    const values = valuesOf(meter);
    expect(Object.keys(values).length).toBeLessThan(2000);
    expect(values[STEPS('waiting').replace('nightly', 'other')]).toBe(900);
    const refusals = Object.entries(values).filter(([series]) => series.startsWith('refit_order_refusals'));
    expect(refusals.reduce((sum, [, count]) => sum + count, 0)).toBe(1000);
  });
});

it('a client that asks all the time costs one reading a second', () => {
  let now = 0;
  let readings = 0;
  const route = createMetricsRoute(
    () => {
      readings += 1;
      return meterOf().families();
    },
    { monotonic: () => now },
  );
  for (; now < 3000; now += 1) readMetrics(now % 500 === 0 ? route().body : '');
  expect(readings).toBe(3);
});

describe('the table of metrics', () => {
  it('follows the conventions of Prometheus', () => {
    for (const { name, type, help, labels } of Object.values(METRICS)) {
      expect(name).toMatch(/^(refit|process)_[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, 'base units').not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(help, name).toMatch(/^[A-Z1].*\.$/);
      for (const label of labels) expect(label, 'no ids').not.toMatch(/instance|step|order|request|run|user/);
    }
  });

  it('has every outcome as a series from the start, except not-run', () => {
    const values = valuesOf(meterOf());
    const series = OUTCOMES.map((outcome) => `refit_steps_total{outcome="${outcome}"}` in values);
    expect(series).toEqual(OUTCOMES.map((outcome) => outcome !== 'not-run'));
  });
});

describe('the small parts', () => {
  it('a histogram counts a value on a bound as below it', () => {
    const histogram = createHistogram([0.1, 1]);
    for (const ms of [100, 100.1, 5000]) histogram.observe(ms);
    expect(histogram.samples({}).map(({ value }) => value)).toEqual([1, 2, 3, 5.2001, 3]);
  });

  it('a counter never makes more series than its bound and one for the others', () => {
    const counter = createCounter(3);
    for (let n = 0; n < 100; n++) counter.add({ a: 'x', code: `c${n}` });
    expect(counter.samples()).toHaveLength(4);
    expect(counter.samples().at(-1)).toEqual({ labels: { a: 'x', code: 'other' }, value: 97 });
  });
});
