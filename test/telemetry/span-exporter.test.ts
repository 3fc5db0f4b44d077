/** Receivers that are slow, silent, wrong or hostile: they lose spans, and nothing else. In virtual time. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import type { Span } from '../../src/telemetry/traces/span.ts';
import { createSpanExporter, type PostSpans } from '../../src/telemetry/traces/span-exporter.ts';
import { traceSettingsFrom } from '../../src/telemetry/traces/trace-settings.ts';
import { SPANS } from './official-spans.ts';

interface Sent {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly names: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A receiver: an HTTP status, silence, or an error. */
type Receiver = (attempt: number) => number | 'silent' | Error;

function setUp(receiver: Receiver, env: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock();
  const { settings } = traceSettingsFrom({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    ...env,
  });
  const sent: Sent[] = [];
  const notices: string[] = [];
  const counts = { exported: 0, failed: 0, dropped: 0 };
  let isBusy = false;
  const post: PostSpans = ({ headers, body, signal, timeout }) => {
    expect(isBusy, 'one request at a time').toBe(false);
    isBusy = true;
    const names = JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.map(({ name }: Span) => name);
    sent.push({ at: clock.monotonic(), names, headers });
    const answer = receiver(sent.length);
    return (async () => {
      try {
        if (answer instanceof Error) throw answer;
        if (answer !== 'silent') return answer;
        await clock.sleep(timeout, signal);
        throw new Error(`no answer within ${timeout} ms`);
      } finally {
        isBusy = false;
      }
    })();
  };
  const start = () =>
    createSpanExporter({
      settings: settings!,
      resource: {},
      version: '0.1.0',
      clock,
      post,
      onResult: (result, count) => {
        counts[result] += count;
      },
      onNotice: (notice) => notices.push(notice),
    });
  return { clock, start, sent, notices, counts };
}

const span = (name: string, more: Partial<Span> = {}): Span => ({ ...SPANS[0]!, name, ...more });
const many = (count: number) => Array.from({ length: count }, (_, n) => span(`span ${n}`));

describe('a receiver that takes spans', () => {
  it('gets them after the delay, and the rest at the end', async () => {
    const { clock, start, sent, counts, notices } = setUp(() => 200, {
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a,content-type=text/html',
    });
    await clock.run(async () => {
      const exporter = start();
      exporter.add(span('first'));
      await clock.sleep(6000);
      exporter.add(span('last'));
      await exporter.close();
    });
    expect(sent.map(({ at, names }) => [at, names])).toEqual([
      [5000, ['first']],
      [6000, ['last']],
    ]);
    expect(sent[0]!.headers).toMatchObject({ 'api-key': 'a', 'content-type': 'application/json' });
    expect([counts, notices]).toEqual([{ exported: 2, failed: 0, dropped: 0 }, []]);
  });

  it('gets a full batch immediately, and no empty request', async () => {
    const { clock, start, sent, counts } = setUp(() => 200, { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10' });
    await clock.run(async () => {
      const exporter = start();
      for (const one of many(25)) exporter.add(one);
      await clock.sleep(1);
      expect(sent.map(({ names }) => names.length)).toEqual([10, 10, 5]);
      await clock.sleep(60_000);
      await exporter.close();
    });
    expect(sent).toHaveLength(3);
    expect(counts.exported).toBe(25);
  });

  it('gets large spans in smaller requests', async () => {
    const { clock, start, sent, counts } = setUp(() => 200);
    const attributes = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`key ${n}`, 'x'.repeat(300)]),
    );
    await clock.run(async () => {
      const exporter = start();
      for (const { name } of many(300)) exporter.add(span(name, { attributes }));
      await exporter.close();
    });
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.flatMap(({ names }) => names)).toEqual(many(300).map(({ name }) => name));
    expect(counts.exported).toBe(300);
  });
});

describe('a receiver that fails', () => {
  it.each<[string, Receiver, RegExp]>([
    ['is silent', () => 'silent', /no answer within 10000 ms/],
    ['cannot be reached', () => new Error('connect ECONNREFUSED \u202e'), /ECONNREFUSED \\u\{202e\}/],
    ['is overloaded', () => 503, /HTTP 503/],
  ])('%s: spans stay queued, the queue is bounded, and there is one notice', async (_, receiver, reason) => {
    const { clock, start, sent, counts, notices } = setUp(receiver, { OTEL_BSP_MAX_QUEUE_SIZE: '20' });
    await clock.run(async () => {
      const exporter = start();
      for (let second = 0; second < 600; second++) {
        exporter.add(span(`span ${second}`));
        await clock.sleep(1000);
      }
      const began = clock.monotonic();
      await exporter.close();
      expect(clock.monotonic() - began).toBeLessThanOrEqual(2000);
    });
    expect(notices).toEqual([expect.stringMatching(reason)]);
    expect(notices[0]).toMatch(/^traces: http:\/\/collector:4318 did not take spans \(/);
    expect(sent.length, 'at most once a minute, after the first ones').toBeLessThan(20);
    expect(counts.exported).toBe(0);
    expect(counts.failed + counts.dropped).toBe(600);
  });

  it('takes spans again after it was overloaded: they arrive once, in order', async () => {
    const { clock, start, sent, counts } = setUp((attempt) => (attempt <= 2 ? 429 : 200));
    await clock.run(async () => {
      const exporter = start();
      for (const one of many(3)) exporter.add(one);
      await clock.sleep(120_000);
      await exporter.close();
    });
    expect(sent.map(({ at }) => at)).toEqual([5000, 15_000, 35_000]);
    expect(sent.at(-1)!.names).toEqual(['span 0', 'span 1', 'span 2']);
    expect(counts).toEqual({ exported: 3, failed: 0, dropped: 0 });
  });

  it.each([400, 401, 404, 500, 301, 100, 999])(
    'answers %i: these spans are lost, later ones are sent',
    async (status) => {
      const { clock, start, counts, notices } = setUp((attempt) => (attempt === 1 ? status : 200));
      await clock.run(async () => {
        const exporter = start();
        exporter.add(span('lost'));
        await clock.sleep(6000);
        exporter.add(span('sent'));
        await exporter.close();
      });
      expect(counts).toEqual({ exported: 1, failed: 1, dropped: 0 });
      expect(notices).toHaveLength(1);
    },
  );
});

it('a span that cannot be encoded is lost alone, and is no fault of the process', async () => {
  const { clock, start, sent, counts, notices } = setUp(() => 200);
  await clock.run(async () => {
    const exporter = start();
    for (const one of many(3)) exporter.add(one);
    exporter.add(span('broken', { start: Number.NaN }));
    for (const one of many(3)) exporter.add(one);
    await clock.sleep(60_000);
    await exporter.close();
  });
  expect(sent.flatMap(({ names }) => names)).toHaveLength(6);
  expect(counts).toEqual({ exported: 6, failed: 1, dropped: 0 });
  expect(notices).toHaveLength(1);
});

describe('the end of the process', () => {
  it('does not wait for a silent receiver longer than two seconds', async () => {
    const { clock, start, counts } = setUp(() => 'silent');
    await clock.run(async () => {
      const exporter = start();
      for (const one of many(1000)) exporter.add(one);
      await exporter.close();
      expect(clock.monotonic()).toBe(2000);
      exporter.add(span('too late'));
    });
    expect(counts.exported).toBe(0);
    expect(counts.failed + counts.dropped).toBe(1001);
  });

  it('waits for nothing after an immediate end', async () => {
    const { clock, start } = setUp(() => 'silent');
    await clock.run(async () => {
      const exporter = start();
      for (const one of many(10)) exporter.add(one);
      await exporter.close(0);
      expect(clock.monotonic()).toBe(0);
    });
  });
});
