/** The console over HTTP, against hostile clients. The store has no run, so no process runs. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIONS, ROLES } from '../../src/console/api/roles.ts';
import { ROUTES } from '../../src/console/server/routes/routes.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';

let at: TestConsole;
beforeAll(async () => {
  at = await startTestConsole();
});
afterAll(async () => {
  await at.close();
  expect(at.faults).toEqual([]);
});

describe('the console', () => {
  it('signs in once with a link, and keeps the session from scripts and other sites', async () => {
    const { headers, token, setCookie } = await at.signIn(['viewer']);
    expect(setCookie).toMatch(/; HttpOnly/);
    expect(setCookie).toMatch(/; SameSite=Strict/);
    expect(setCookie).toMatch(new RegExp(`^refit-${at.port}=`));
    expect(await at.send('GET', '/api/session', { headers })).toMatchObject({ status: 200 });
    const again = await at.send('POST', '/api/login', {
      headers: at.ownHeaders(),
      body: JSON.stringify({ token }),
    });
    expect(again).toMatchObject({ status: 401, body: expect.stringContaining('has been used') });
    expect(await at.send('POST', '/api/logout', { headers, body: '{}' })).toMatchObject({ status: 200 });
    expect(await at.send('GET', '/api/session', { headers })).toMatchObject({ status: 401 });
  });

  it('sends its policies with every answer, errors too', async () => {
    for (const path of ['/', '/api/runs', '/assets/main-1.js', '/nothing.js']) {
      const { headers } = await at.send('GET', path);
      expect(headers['content-security-policy'], path).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['content-security-policy'], path).not.toMatch(/unsafe|https?:/);
      expect(headers, path).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
    }
  });

  it('gives pages to everybody, and a page for each address of a page', async () => {
    expect(await at.send('GET', '/runs/anything')).toMatchObject({
      status: 200,
      body: expect.stringContaining('<title>'),
    });
    const script = await at.send('GET', '/assets/main-1.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(script.headers).toMatchObject({
      'content-encoding': 'gzip',
      'cache-control': expect.stringContaining('immutable'),
    });
    const etag = String(script.headers.etag);
    expect(await at.send('GET', '/assets/main-1.js', { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
    });
  });
});

describe('each action is permitted or refused by the role', () => {
  it.each(
    ROUTES.flatMap(({ method, path, action }) => ROLES.map((role) => [role, method, path, action] as const)),
  )('%s: %s %s', async (role, method, path, action) => {
    const { headers } = await at.signIn([role]);
    const answer = await at.send(method, `/api${path.replace(/:\w+/g, 'r1')}`, {
      headers,
      ...(method === 'POST' ? { body: '{"command":"pause"}' } : {}),
    });
    const may = (ACTIONS[action] as readonly string[]).includes(role);
    // What is permitted gets as far as the route, which finds nothing, or refuses the body.
    expect(may ? [200, 422] : [403], answer.body).toContain(answer.status);
  });

  it.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    'nobody: %s %s',
    async (method, path) => {
      const headers = { ...at.ownHeaders(), cookie: `refit-${at.port}=token-0` };
      const answer = await at.send(method, `/api${path.replace(/:\w+/g, 'r1')}`, {
        headers,
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      expect(answer.status).toBe(401);
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
    const { status, body } = await at.send('GET', path);
    expect([200, 400, 404]).toContain(status);
    expect(body).not.toMatch(/"version"|root:/);
  });

  it.each([
    ['another name', { host: 'evil.example' }, 421],
    ['an address', { host: '127.0.0.1' }, 421],
  ])('under %s', async (_, headers, status) => {
    for (const path of ['/', '/api/runs', '/assets/main-1.js'])
      expect((await at.send('GET', path, { headers })).status, path).toBe(status);
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
    const { headers } = await at.signIn(['admin']);
    const answer = await at.send('POST', '/api/runs/r1/control', { headers: { ...headers, ...more }, body });
    expect(answer.status, answer.body).toBe(status);
    expect(answer.body).not.toMatch(/node_modules|\.ts:/);
  });

  it('nobody loses a plan that is too large: the answer says what to do', async () => {
    const { headers } = await at.signIn(['author']);
    const body = JSON.stringify({ name: 'grow.yaml', text: 'x'.repeat(1_100_000) });
    const answer = await at.send('POST', '/api/plans/grow.yaml', { headers, body });
    expect([answer.status, JSON.parse(answer.body).fix]).toEqual([
      413,
      expect.stringMatching(/split the plan/),
    ]);
  });

  it.each(['..', '%2e%2e', 'a%2Fb', 'x'.repeat(200), '%00'])('from the run %s', async (id) => {
    const { headers } = await at.signIn(['viewer']);
    expect([400, 404, 414, 422]).toContain((await at.send('GET', `/api/runs/${id}`, { headers })).status);
  });

  it('by 200 connections that say nothing', async () => {
    const silent = Array.from({ length: 200 }, () =>
      connect(at.port, '127.0.0.1').on('error', () => undefined),
    );
    expect((await at.send('GET', '/')).status).toBe(200);
    for (const socket of silent) socket.destroy();
  });
});
