// Webhooks are signed, sent and tried again. No answer changes the course of a run.

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import {
  type HttpRequest,
  type HttpResponse,
  type Transport,
  TransportError,
} from '../../../src/cloud/network/transport.ts';
import { message } from '../../../src/messages/messages.ts';
import type { Webhook } from '../../../src/model.ts';
import type { CommandEnd } from '../../../src/run/decide/judge-gate.ts';
import { NOTIFY_GRACE } from '../../../src/run/notify/notifier.ts';
import { createWebhookListener, WEBHOOK_LIMITS } from '../../../src/run/notify/webhooks.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type StageOptions, setStage } from '../stage.ts';
import { webhookEffect } from './effects-for.ts';

const WAVES = 'waves: [{ name: canary, take: 1 }, { name: rest, take: rest }]';
const STORY: StageOptions = { fleet: standards(5), plan: `${ALL_TO_8GB}\n${WAVES}` };
const HALTS: StageOptions = { ...STORY, faults: [1, 2, 3, 4].map((n) => `sold-out=${A(n)}`) };
/** Ten minutes to the end of the last change. All tries are over by then, except those of the end. */
const LONG: StageOptions = { ...STORY, duration: [300_000, 300_000] };

const URL_OF = 'https://hooks.example.com/refit?team=dba';
const WEBHOOK: Webhook = {
  url: URL_OF,
  urlEnv: null,
  form: 'json',
  on: ['run-start', 'halt', 'unknown', 'end'],
  secretEnv: 'HOOK_SECRET',
};
const ENV = { HOOK_SECRET: 'a secret' };

type Answer = (request: HttpRequest, clock: Clock, nth: number) => Promise<HttpResponse>;
const status =
  (code: number, body = ''): Answer =>
  async () => ({ status: code, contentType: 'text/plain', body });
const hangs: Answer = () => new Promise(() => undefined);
const refuses: Answer = async () => {
  throw new TransportError('connect ECONNREFUSED 203.0.113.9:443', false);
};

interface Sent {
  readonly at: number;
  readonly request: HttpRequest;
}

async function play(
  options: StageOptions,
  answer?: Answer,
  webhook: Partial<Webhook> = {},
  env: Readonly<Record<string, string | undefined>> = ENV,
): Promise<Run & { sent: Sent[] }> {
  const stage = await setStage(options);
  const sent: Sent[] = [];
  const listeners = (clock: Clock) => {
    const transport: Transport = {
      send(request) {
        sent.push({ at: clock.monotonic(), request });
        return answer!(request, clock, sent.length);
      },
      close: async () => undefined,
    };
    return [createWebhookListener(webhookEffect({ ...WEBHOOK, ...webhook }), { transport, clock, env })];
  };
  const run = await stage.run(answer ? { listeners } : {});
  holds(stage, run);
  return { ...run, sent };
}

/** What must not depend on answers: every entry with its time, except the entries about notifications. */
function course(run: Run) {
  const entries = run.entries.filter(({ kind }) => kind !== 'notified');
  return {
    // Fractions of a millisecond come from rounding other sleeps.
    took: Math.round(run.took),
    end: run.end,
    totals: run.report.totals,
    entries: entries.map(({ seq: _, prev: __, hash: ___, ...rest }) => rest),
    calls: run.report.calls,
  };
}

const STORIES = [STORY, HALTS, LONG];

describe('a run has the same course, end and duration', () => {
  /** The same stories without listeners. */
  const ALONE = STORIES.map((story) => play(story));

  it.each<readonly [string, Answer]>([
    ['answers', status(200)],
    ['hangs', hangs],
    ['refuses connections', refuses],
    ['fails with 503', status(503)],
    ['sends an unreadable answer', status(200, '\u0000<html>{"errcode":')],
    ['redirects', status(302)],
    ['sends a status that HTTP does not have', status(-1)],
    [
      'is slow',
      async (_, clock) => clock.sleep(9_000).then(() => ({ status: 200, contentType: '', body: '' })),
    ],
    [
      'breaks the transport',
      () => {
        throw new Error('not even a promise');
      },
    ],
  ])('if the endpoint %s', async (_, answer) => {
    for (const [index, story] of STORIES.entries()) {
      const form = index === 0 ? 'wecom' : 'json';
      expect(course(await play(story, answer, { form }))).toEqual(course(await ALONE[index]!));
    }
  });

  it('and its process ends within the grace period', async () => {
    const run = await play(STORY, hangs);
    expect(run.closed - run.took).toBeCloseTo(NOTIFY_GRACE);
    expect((await play(STORY, status(200))).closed - run.took).toBeLessThanOrEqual(0);
  });
});

describe('a webhook for a gate', () => {
  const exits = (exitCode: number): CommandEnd => ({ kind: 'ended', exitCode, lastLine: 'p99 is 40 ms' });
  const hung: CommandEnd = { kind: 'no-end', reason: message('command.late', { limit: 60_000 }) };
  const gated = (end: CommandEnd, more = ''): StageOptions => ({
    fleet: standards(3),
    plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: { command: [./check]${more} } }, { name: rest, take: rest }]`,
    gates: { runCommand: async () => end },
  });
  const SHADOW = ', shadow: true';

  it.each<[string, StageOptions, string[]]>([
    ['succeeds', gated(exits(0)), ['gate: command success, exit 0: p99 is 40 ms', 'run-end']],
    ['fails', gated(exits(1)), ['gate: command failure, exit 1: p99 is 40 ms', 'halt', 'run-end']],
    [
      'has no result',
      gated(hung),
      [
        'gate: command inconclusive, the command did not end within 60 s; the run is paused until an operator continues it',
        'run-end',
      ],
    ],
    [
      'has no result and must then halt',
      gated(hung, ', onInconclusive: halt'),
      ['gate: command inconclusive, the command did not end within 60 s', 'halt', 'run-end'],
    ],
    [
      'would have failed',
      gated(exits(1), SHADOW),
      ['gate: command failure (shadow), exit 1: p99 is 40 ms', 'run-end'],
    ],
    [
      'would have had no result',
      gated(hung, SHADOW),
      ['gate: command inconclusive (shadow), the command did not end within 60 s', 'run-end'],
    ],
  ])('sends each judgement and its effect when the gate %s', async (_, story, expected) => {
    const { sent } = await play(story, status(200), { on: ['gate', 'halt', 'end'] });
    const facts = sent.map(({ request }) => JSON.parse(request.body));
    expect(
      facts.map(({ event, message }) =>
        event === 'gate' ? message.replace('gate after wave canary', 'gate') : event,
      ),
    ).toEqual(expected);
    expect(facts[0]).toMatchObject({ wave: 'canary', totals: { verified: 1, 'not-run': 2 } });
    expect(sent[0]!.request.headers).toMatchObject({ 'x-refit-event': 'gate' });
  });

  it('sends only the events of the plan, and a hanging endpoint does not delay the gate', async () => {
    const story = gated(exits(0));
    expect((await play(story, status(200), { on: ['end'] })).sent).toHaveLength(1);
    expect(course(await play(story, hangs, { on: ['gate'] }))).toEqual(course(await play(story)));
  });
});

describe('a webhook', () => {
  it('sends each event of the plan once, with the facts as JSON', async () => {
    const { sent, report } = await play(HALTS, status(204));
    const facts = sent.map(({ request }) => JSON.parse(request.body));
    expect(facts.map(({ event }) => event)).toEqual(['run-start', 'halt', 'run-end']);
    expect(facts[1]).toMatchObject({ format: 'refit.notification/1', plan: { name: 'story' } });
    expect(facts[1].message).toMatch(/^stopping \(halted\): /);
    expect(sent[0]!.request).toMatchObject({
      origin: 'https://hooks.example.com',
      path: '/refit?team=dba',
      headers: { 'x-refit-event': 'run-start' },
    });
    expect(report.run.notifications).toMatchObject([
      {
        by: 'webhook',
        event: 'run-start',
        about: 1,
        to: 'https://hooks.example.com',
        ok: true,
        message: '1 try',
      },
      { event: 'halt', ok: true },
    ]);
  });

  it('sends an unknown outcome, or only the end, as the plan says', async () => {
    const unknown: StageOptions = {
      fleet: standards(2),
      plan: ALL_TO_8GB,
      faults: ['stuck#1'],
    };
    const { sent } = await play(unknown, status(200), { on: ['unknown'] });
    expect(sent.map(({ request }) => JSON.parse(request.body))).toMatchObject([{ event: 'unknown' }]);
    expect((await play(STORY, status(200), { on: ['end'] })).sent).toHaveLength(1);
  });

  it('tries five times with doubled waits and the same delivery id', async () => {
    const { sent, report } = await play(LONG, status(503), { on: ['run-start'] });
    expect(sent.map(({ at }) => Math.round(at - sent[0]!.at))).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect(new Set(sent.map(({ request }) => request.headers['x-refit-delivery'])).size).toBe(1);
    expect(report.run.notifications).toMatchObject([{ ok: false, message: 'HTTP 503, 5 tries' }]);
  });

  it('waits ten seconds for each answer', async () => {
    const { sent, report } = await play(LONG, hangs, { on: ['run-start'] });
    expect(Math.round(sent[1]!.at - sent[0]!.at)).toBe(WEBHOOK_LIMITS.answer + WEBHOOK_LIMITS.backOff);
    expect(report.run.notifications![0]!.message).toBe('no answer within 10000 ms, 5 tries');
  });

  it('succeeds once the endpoint is back', async () => {
    const answer: Answer = (request, clock, nth) => status(nth < 3 ? 500 : 200)(request, clock, nth);
    expect((await play(LONG, answer, { on: ['run-start'] })).report.run.notifications).toMatchObject([
      { ok: true, message: '3 tries' },
    ]);
  });

  it('does not try again after a final refusal', async () => {
    const { sent } = await play(LONG, status(404), { on: ['run-start'] });
    expect(sent).toHaveLength(1);
  });

  it.each<readonly [string, Partial<Webhook>, Readonly<Record<string, string>>, string]>([
    ['no secret to sign with', {}, {}, 'HOOK_SECRET is not set, so Refit cannot sign the request'],
    ['no URL', { url: null, urlEnv: 'HOOK_URL' }, ENV, 'HOOK_URL is not set, so there is no address'],
    [
      'a plain http URL of another machine',
      { url: null, urlEnv: 'HOOK_URL' },
      { ...ENV, HOOK_URL: 'http://203.0.113.9/' },
      'HOOK_URL is not https; plain http is for loopback only',
    ],
    ['an invalid URL', { url: null, urlEnv: 'HOOK_URL' }, { ...ENV, HOOK_URL: '-' }, 'HOOK_URL is not a URL'],
  ])('sends nothing with %s, records it, and the run continues', async (_, webhook, env, what) => {
    const { sent, report, end } = await play(STORY, status(200), webhook, env);
    expect(sent).toEqual([]);
    expect(report.run.notifications).toMatchObject([{ ok: false, message: what }]);
    expect(end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('records no secret and no URL from the environment', async () => {
    const env = { ...ENV, HOOK_URL: 'https://hooks.slack.com/services/T0/B0/the-token' };
    const run = await play(
      HALTS,
      status(500, 'the-answer'),
      { url: null, urlEnv: 'HOOK_URL', form: 'slack' },
      env,
    );
    const kept = JSON.stringify([run.entries, run.report, run.notificationLog]);
    expect(kept).toContain('https://hooks.slack.com');
    for (const secret of ['the-token', 'services', 'a secret', 'the-answer'])
      expect(kept).not.toContain(secret);
    expect(run.sent[0]!.request.path).toBe('/services/T0/B0/the-token');
  });
});
