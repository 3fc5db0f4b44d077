/** The console over HTTP, against hostile clients. The store is a run directory in memory, so no process runs. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { ROLES } from '../../src/console/api/roles.ts';
import type { SessionInfo } from '../../src/console/api/session.ts';
import { createRunFeeds } from '../../src/console/server/run-feed.ts';
import { type Console, ROUTES, startConsole } from '../../src/console/server/start-server.ts';
import { RefitError } from '../../src/errors.ts';
import type { RunsOfStore } from '../../src/store/ports.ts';

const runs: RunsOfStore = {
  kind: 'folder',
  find: (typed) => Promise.reject(new RefitError('usage', `no run matches ${typed}`, 'refit runs')),
  list: async () => ({ runs: [], more: 0 }),
  signaturesOf: () => null,
  close: async () => undefined,
};
const PAGES = new Map([
  ['index.html', Buffer.from('<!doctype html><title>Refit</title>')],
  ['assets/main-1.js', Buffer.from('"use strict";'.repeat(100))],
]);

let server: Console;
let port: number;
let tokens = 0;
const faults: unknown[] = [];
const feeds = createRunFeeds(systemClock);

beforeAll(async () => {
  server = await startConsole({
    ...{ clock: systemClock, runs, feeds, host: 'ops-1', pid: 1, url: null, pages: PAGES },
    listen: { option: '--listen', host: '127.0.0.1', port: 0 },
    ...{ store: 'runs', version: '0.0.0-test', random: () => `token-${tokens++}` },
    onFault: (error) => faults.push(error),
  });
  port = Number(new URL(server.origin).port);
});
afterAll(async () => {
  feeds.close();
  await server.close();
  expect(faults).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Sends a request as it is given, also one that no browser would send. */
function send(
  method: string,
  path: string,
  { headers = {}, body }: { readonly headers?: NodeJS.Dict<string>; readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { host: `localhost:${port}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: text }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

const OWN = () => ({ origin: server.origin, 'content-type': 'application/json' });

/** Signs a person in. @returns the headers of the session. */
async function signIn(roles: readonly (typeof ROLES)[number][]) {
  const token = new URL(server.loginLink({ name: 'wei', roles })).hash.slice('#login='.length);
  const login = await send('POST', '/api/login', { headers: OWN(), body: JSON.stringify({ token }) });
  expect(login.status).toBe(200);
  const cookie = String(login.headers['set-cookie']).split(';')[0]!;
  const { csrf } = JSON.parse(login.body) as SessionInfo;
  return {
    headers: { ...OWN(), cookie, 'x-refit-csrf': csrf },
    token,
    setCookie: String(login.headers['set-cookie']),
  };
}

describe('the console', () => {
  it('signs in once with a link, and keeps the session from scripts and other sites', async () => {
    const { headers, token, setCookie } = await signIn(['viewer']);
    expect(setCookie).toMatch(/; HttpOnly/);
    expect(setCookie).toMatch(/; SameSite=Strict/);
    expect(setCookie).toMatch(new RegExp(`^refit-${port}=`));
    expect(await send('GET', '/api/session', { headers })).toMatchObject({ status: 200 });
    const again = await send('POST', '/api/login', { headers: OWN(), body: JSON.stringify({ token }) });
    expect(again).toMatchObject({ status: 401, body: expect.stringContaining('has been used') });
    expect(await send('POST', '/api/logout', { headers, body: '{}' })).toMatchObject({ status: 200 });
    expect(await send('GET', '/api/session', { headers })).toMatchObject({ status: 401 });
  });

  it('sends its policies with every answer, errors too', async () => {
    for (const path of ['/', '/api/runs', '/assets/main-1.js', '/nothing.js']) {
      const { headers } = await send('GET', path);
      expect(headers['content-security-policy'], path).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['content-security-policy'], path).not.toMatch(/unsafe|https?:/);
      expect(headers, path).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
    }
  });

  it('gives pages to everybody, and a page for each address of a page', async () => {
    expect(await send('GET', '/runs/anything')).toMatchObject({
      status: 200,
      body: expect.stringContaining('<title>'),
    });
    const script = await send('GET', '/assets/main-1.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': expect.stringContaining('immutable'),
    });
    const etag = String(script.headers.etag);
    expect(await send('GET', '/assets/main-1.js', { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
    });
  });
});

describe('each action is permitted or refused by the role', () => {
  it.each(
    ROUTES.flatMap(({ method, path, action }) => ROLES.map((role) => [role, method, path, action] as const)),
  )('%s: %s %s', async (role, method, path, action) => {
    const { headers } = await signIn([role]);
    const answer = await send(method, `/api${path.replace(':id', 'r1')}`, {
      headers,
      ...(method === 'POST' ? { body: '{"command":"pause"}' } : {}),
    });
    const may = action === 'see' || role === 'operator' || role === 'admin';
    // What is permitted gets as far as the store, which knows no run.
    expect(answer.status, answer.body).toBe(may ? (path === '/runs' ? 200 : 422) : 403);
  });

  it.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    'nobody: %s %s',
    async (method, path) => {
      const headers = { ...OWN(), cookie: `refit-${port}=token-0` };
      const answer = await send(method, `/api${path.replace(':id', 'r1')}`, {
        headers,
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      expect(answer.status).toBe(method === 'POST' ? 401 : 401);
    },
  );
});

describe('an attacker gets nothing', () => {
  const paths = [
    '/../package.json',
    '/..%2f..%2fetc%2fpasswd',
    '/assets/../../x.json',
    '//evil.example/x.js',
    '/%00.js',
  ];
  it.each(paths)('from the path %s', async (path) => {
    const { status, body } = await send('GET', path);
    expect([200, 400, 404]).toContain(status);
    expect(body).not.toMatch(/"version"|root:/);
  });

  it.each([
    ['another name', { host: 'evil.example' }, 421],
    ['an address', { host: '127.0.0.1' }, 421],
  ])('under %s', async (_, headers, status) => {
    for (const path of ['/', '/api/runs', '/assets/main-1.js'])
      expect((await send('GET', path, { headers })).status, path).toBe(status);
  });

  it.each<[string, NodeJS.Dict<string>, string, number]>([
    ['another origin', { origin: 'https://evil.example' }, '{"command":"abort"}', 403],
    ['no proof', { 'x-refit-csrf': '' }, '{"command":"abort"}', 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'command=abort', 415],
    ['text', { 'content-type': 'text/plain' }, '{"command":"abort"}', 422],
    ['broken JSON', {}, '{"command":', 400],
    ['a prototype', {}, '{"__proto__":{"command":"abort"}}', 400],
    ['two megabytes', {}, JSON.stringify({ command: 'x'.repeat(2 * 1_024 * 1_024) }), 413],
    ['another command', {}, '{"command":"rm"}', 422],
    ['a value of another type', {}, '{"command":"set","setting":"inFlight","value":"9"}', 422],
    ['a list', {}, '[]', 422],
  ])('with %s', async (_, more, body, status) => {
    const { headers } = await signIn(['admin']);
    const answer = await send('POST', '/api/runs/r1/control', { headers: { ...headers, ...more }, body });
    expect(answer.status, answer.body).toBe(status);
    expect(answer.body).not.toMatch(/node_modules|\.ts:/);
  });

  it.each(['..', '%2e%2e', 'a%2Fb', 'x'.repeat(200), '%00'])('from the run %s', async (id) => {
    const { headers } = await signIn(['viewer']);
    expect([400, 404, 414, 422]).toContain((await send('GET', `/api/runs/${id}`, { headers })).status);
  });

  it('by 200 connections that say nothing', async () => {
    const silent = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    expect((await send('GET', '/')).status).toBe(200);
    for (const socket of silent) socket.destroy();
  });
});
