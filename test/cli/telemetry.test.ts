/** Metrics and traces of real processes: `apply` and its resumption against the simulator, and receivers of our own. */
import { mkdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { basename, join } from 'node:path';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { readMetrics } from '../telemetry/read-metrics.ts';
import { listen, textOf } from './listen.ts';
import { BRISK, type Desk, desk, filesIn, growPlan, plainFleet, type Running, until } from './refit.ts';

type Test = Pick<TestContext, 'onTestFinished'>;

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];
const METRICS = ['--metrics', '127.0.0.1:0'];
const SECRET = 'key-of-the-collector';
/** A busy machine may take the last spans late. */
const PATIENT = { OTEL_BSP_EXPORT_TIMEOUT: '300000' };

/** A span as it arrives. */
interface Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number };
}

const attributeOf = ({ attributes }: Received, name: string) => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
};

/** A receiver that takes spans, and what it got. */
async function collector(test: Test) {
  const got = {
    spans: [] as Received[],
    text: '',
    paths: new Set<string>(),
    headers: [] as IncomingMessage['headers'][],
  };
  const url = await listen(test, async (request, response) => {
    const text = await textOf(request);
    got.text += text;
    got.paths.add(request.url!);
    got.headers.push(request.headers);
    for (const { scopeSpans } of JSON.parse(text).resourceSpans)
      for (const { spans } of scopeSpans) got.spans.push(...spans);
    response.end('{}');
  });
  return { url, got };
}

const HOSTILE = 'night "ly" \u202e 中\u200b';

async function sealed(
  test: Test,
  options: { readonly faults?: readonly string[]; readonly name?: string } = {},
): Promise<Desk> {
  const faults = (options.faults ?? []).flatMap((fault) => ['--fault', fault]);
  const at = await desk(test, { simulator: [...BRISK, ...faults], fleet: plainFleet(4) });
  const plan = growPlan(['waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]']);
  await at.write('plan.yaml', plan.replace('grow-everything', JSON.stringify(options.name ?? 'grow')));
  const planned = await at.refit(['plan', 'plan.yaml', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  return at;
}

/** The address that a process prints. */
async function urlOf(process: Running): Promise<string> {
  await until('the address', () => /^metrics (\S+)$/m.test(process.stderr()));
  return /^metrics (\S+)$/m.exec(process.stderr())![1]!;
}

const scrape = async (url: string) => readMetrics(await (await fetch(url)).text()).values;

describe.concurrent('apply', () => {
  it('serves metrics that grow with the run, and sends its trace', async (test) => {
    const { url, got } = await collector(test);
    const at = await sealed(test, { name: HOSTILE });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base`,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${SECRET}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...PATIENT,
      OTEL_SERVICE_NAME: 'resizer',
    };
    const running = at.start([...APPLY, ...METRICS], { env });
    const address = await urlOf(running);
    const seen: ReadonlyMap<string, number>[] = [];
    let over = false;
    void running.ended.then(() => {
      over = true;
    });
    while (!over) {
      const values = await scrape(address).catch(() => null);
      if (values !== null) seen.push(values);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    const stepSums = seen.map((values) =>
      [...values].reduce(
        (sum, [series, value]) => sum + (series.startsWith('refit_run_steps{') ? value : 0),
        0,
      ),
    );
    expect(new Set(stepSums.filter((sum) => sum > 0))).toEqual(new Set([4]));
    const orders = seen.map((values) => values.get('refit_orders_total{result="accepted"}')!);
    expect(
      orders.toSorted((a, b) => a - b),
      'a counter never goes down',
    ).toEqual(orders);
    expect(
      [...seen.at(-1)!.keys()].some((series) => series.includes(String.raw`plan="night \"ly\" \\u{202e} 中`)),
    ).toBe(true);
    for (const series of seen.at(-1)!.keys()) expect(series).not.toMatch(/crs-fleet/);

    expect([...got.paths]).toEqual(['/base/v1/traces']);
    for (const headers of got.headers) expect(headers['api-key']).toBe(SECRET);
    const run = got.spans.find(({ name }) => name === 'run')!;
    expect(new Set(got.spans.map(({ traceId }) => traceId))).toEqual(new Set([run.traceId]));
    const count = (name: string) => got.spans.filter((span) => span.name === name).length;
    expect([count('wave'), count('step'), count('UpgradeInstance')]).toEqual([2, 4, 4]);
    const ids = new Set(got.spans.map(({ spanId }) => spanId));
    for (const { name, parentSpanId } of got.spans)
      expect(name === 'run' ? parentSpanId === undefined : ids.has(parentSpanId!), name).toBe(true);
    const steps = got.spans.filter(({ name }) => name === 'step');
    expect(steps.map((step) => attributeOf(step, 'refit.step.outcome'))).toEqual(Array(4).fill('verified'));
    const accepted = (await at.journal()).flatMap((entry) =>
      entry.kind === 'accepted' ? [entry.requestId] : [],
    );
    const asked = got.spans.filter(({ name }) => name === 'UpgradeInstance');
    expect(asked.map((span) => attributeOf(span, 'refit.request_id')).toSorted()).toEqual(
      accepted.toSorted(),
    );

    const { secretId, secretKey } = at.simulator;
    for (const text of [got.text, stderr, ...seen.flatMap((values) => [...values.keys()])])
      for (const hidden of [SECRET, secretId, secretKey, 'Authorization', '\u202e', '\u200b'])
        expect(text).not.toContain(hidden);
  });

  it('continues after kill -9 with the figures of the whole run, in a trace that links to the first', async (test) => {
    const { url, got } = await collector(test);
    const at = await sealed(test);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '20', ...PATIENT };
    const first = at.start(APPLY, { env });
    await until('a step to end', async () => (await at.journal()).some(({ kind }) => kind === 'step-ended'));
    await until('its span', () => got.spans.some(({ name }) => name === 'step'));
    first.kill('SIGKILL');
    await first.ended;
    const before = await at.journal();
    const second = at.start([...APPLY, ...METRICS], { env });
    const address = await urlOf(second);
    const RESUMED = 'refit_runs_started_total{resumed="true"}';
    const VERIFIED = 'refit_run_steps{plan="grow",state="verified"}';
    let values = await scrape(address);
    // One reading has both: the figures of a run end with the run.
    await until('the run', async () => {
      values = await scrape(address);
      return values.get(RESUMED) === 1 && values.has(VERIFIED);
    });
    const ended = before.filter(({ kind }) => kind === 'step-ended').length;
    expect(values.get(VERIFIED)).toBeGreaterThanOrEqual(ended);
    expect((await second.ended).code).toBe(0);
    const run = got.spans.find(({ name }) => name === 'run')!;
    expect(attributeOf(run, 'refit.run.resumed')).toBe(true);
    const traces = new Set(got.spans.map(({ traceId }) => traceId));
    expect(traces.size).toBe(2);
    const [earlier] = [...traces].filter((id) => id !== run.traceId);
    expect(run.links.map(({ traceId }) => traceId)).toEqual([earlier]);
  });

  it.each<[string, RequestListener]>([
    ['hangs', () => undefined],
    ['answers 500', (_, response) => void response.writeHead(500).end('no')],
    ['answers garbage', (request) => void request.socket.end('\u0000\u0001 garbage\r\n\r\n')],
    ['closes each connection', (request) => void request.socket.destroy()],
    [
      'answers without end',
      (_, response) => {
        response.writeHead(200);
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
    ],
    [
      'answers one byte at a time',
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 200);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('ends as without traces, with one notice at most, when the receiver %s', async (_, handle) => {
    const finished: (() => void)[] = [];
    const test = { onTestFinished: (act: () => void) => void finished.push(act) } as unknown as Test;
    try {
      const url = await listen(test, handle);
      const at = await sealed(test);
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '50' };
      const { code, stderr } = await at.refit(APPLY, { env });
      expect(code, stderr).toBe(0);
      expect((await at.report()).totals.verified).toBe(4);
      const notices = stderr.match(/^traces: .*$/gm) ?? [];
      expect(notices.length, stderr).toBeLessThanOrEqual(1);
    } finally {
      for (const act of finished.reverse()) await act();
    }
  });

  it('refuses a wrong address before it connects, and a port that is in use', async (test) => {
    const url = await listen(test, () => undefined);
    const at = await sealed(test);
    for (const [address, fix] of [
      ['9464', /--metrics 127\.0\.0\.1:9464 /],
      ['example.com:1', /--metrics 127\.0\.0\.1:1 /],
      ['127.0.0.1:99999', /--metrics 127\.0\.0\.1/],
      [new URL(url).host, /--metrics 127\.0\.0\.1:0 /],
    ] as const) {
      const { code, stderr } = await at.refit([...APPLY, '--metrics', address]);
      expect([code, stderr], address).toEqual([64, expect.stringMatching(fix)]);
    }
    expect(Object.keys((await at.simulator.counts()).orders)).toEqual([]);
  });

  it('says nothing about telemetry, and opens no port, if nobody asks for it', async (test) => {
    const at = await sealed(test);
    const { code, stderr } = await at.refit(APPLY, { env: { OTEL_SERVICE_NAME: 'x', TRACEPARENT: 'x' } });
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/metrics|traces|telemetry|OTEL/)]);
  });
});

it('the built command has telemetry in files that only its use loads', async () => {
  const folder = join(inject('built'), 'dist/cli/commands');
  const names = (await filesIn(folder)).filter((name) => name.endsWith('.js'));
  const texts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
  const having = (text: string) => names.filter((name) => texts.get(name)!.includes(text));
  const files = [...new Set([...having('resourceSpans'), ...having('refit_run_in_flight')])];
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const statically = new RegExp(`(?<!then\\(\\(\\)=>)require\\("[./\\w-]*${basename(file)}"\\)`);
    expect(
      names.filter((name) => statically.test(texts.get(name)!)),
      file,
    ).toEqual([]);
  }
});

describe('a scheduler', () => {
  it('serves metrics beside its health, and its run has a trace that links to its attempt', async (test) => {
    const { url, got } = await collector(test);
    const at = await desk(test, { simulator: BRISK, fleet: plainFleet(1) });
    const yearly = '{ cron: "0 0 1 1 *", timezone: Asia/Shanghai, does: run }';
    await mkdir(join(at.folder, 'plans'));
    await at.write('plans/nightly.yaml', `${growPlan([`schedule: ${yearly}`])}`);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '50', ...PATIENT };
    const options = ['--listen', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--json'];
    const scheduler = at.start(['schedule', 'run', 'plans', ...options], { env });
    const address = await urlOf(scheduler);
    await until('it to read the plan', () => /"scheduled","plan":"nightly.yaml"/.test(scheduler.stderr()));
    await at.refit(['schedule', 'run-now', 'plans', 'nightly']);
    await until('its end', async () => (await scrape(address)).get(ENDED) === 1);
    const { url: health } = JSON.parse(scheduler.stdout()) as { url: string };
    const beside = await scrape(`${health}/metrics`);
    expect(beside.get(ENDED)).toBe(1);
    expect(beside.get('refit_schedule_occurrences_total{plan="nightly.yaml",outcome="missed"}')).toBe(0);
    expect(
      [...beside].filter(([series, value]) => series.startsWith('refit_build_info{') && value === 1),
    ).toHaveLength(1);
    expect([...beside.keys()].filter((series) => series.startsWith('refit_orders'))).toEqual([]);
    expect((await fetch(address.replace('/metrics', '/healthz'))).status).toBe(404);
    scheduler.kill('SIGTERM');
    expect((await scheduler.ended).code).toBe(143);
    const attempt = got.spans.find(({ name }) => name === 'attempt')!;
    const run = got.spans.find(({ name }) => name === 'run')!;
    expect(attributeOf(attempt, 'refit.exit_code')).toBe(0);
    expect(run.links).toMatchObject([{ traceId: attempt.traceId, spanId: attempt.spanId }]);
  });
});

const ENDED = 'refit_schedule_occurrences_total{plan="nightly.yaml",outcome="ended-0"}';
