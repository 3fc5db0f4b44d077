/** Signing in at a real provider of OpenID Connect, and attacks on the way. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { ACTIONS, ROLES } from '../../src/console/api/roles.ts';
import { RATES } from '../../src/console/server/limits.ts';
import { ROUTES } from '../../src/console/server/routes/routes.ts';
import { returnPath } from '../../src/console/server/sign-in-routes.ts';
import { openSignIn } from '../../src/operations/people/open-sign-in.ts';
import type { PeopleSettings } from '../../src/operations/people/read-people.ts';
import { CLIENT_SECRET } from '../../src/operations/people/sign-in.ts';
import { startTestConsole, type TestConsole } from './test-console.ts';
import {
  type Account,
  CLIENT_ID,
  createVisitor,
  SECRET,
  startTestIssuer,
  type TestIssuer,
} from './test-issuer.ts';

const WEI: Account = {
  ...{ sub: '248289', email: 'Wei@example.com', email_verified: true, preferred_username: 'wei' },
  groups: ['redis-operators', 'engineering'],
};

let issuer: TestIssuer;
let at: TestConsole;
const refused: string[] = [];

/** The port of the console is known before the issuer starts, as in the registration of a client. */
const port = 20_000 + (process.pid % 20_000);

/** Minutes pass between the tests, so that the limit of sign-ins concerns one test only. */
let passed = 0;
const clock: Clock = {
  now: () => systemClock.now() + passed,
  monotonic: () => systemClock.monotonic() + passed,
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

const settings = (): PeopleSettings => ({
  ...{ issuer: issuer.issuer, clientId: CLIENT_ID, scopes: ['openid', 'email', 'profile', 'groups'] },
  ...{ nameClaim: null, groupsClaim: 'groups', domains: null, defaultRole: null },
  roles: {
    viewer: ['engineering'],
    author: ['authors'],
    approver: ['approvers'],
    operator: ['redis-operators'],
    admin: ['admins'],
  },
});

async function startConsole(more: Partial<PeopleSettings> = {}, env: NodeJS.Dict<string> = {}, on = 0) {
  const signIn = openSignIn({
    people: { ...settings(), ...more },
    env: { [CLIENT_SECRET]: SECRET, ...env },
    clock,
  });
  const console = await startTestConsole({
    ...{ clock, signIn, onSignInRefused: ({ reason }) => refused.push(reason) },
    listen: { option: '--listen', host: '127.0.0.1', port: on },
  });
  return { ...console, close: () => Promise.all([console.close(), signIn.close()]).then(() => undefined) };
}

beforeAll(async () => {
  issuer = await startTestIssuer([`http://localhost:${port}/api/oidc/callback`]);
  at = await startConsole({}, {}, port);
});
afterAll(async () => {
  await at.close();
  await issuer.close();
  expect(at.faults).toEqual([]);
});
beforeEach(() => {
  issuer.next = WEI;
  issuer.isDown = false;
  passed += RATES.signIn.per;
  refused.length = 0;
});

const origin = () => at.server.origin;
const isCallback = (address: string) => address.includes('/api/oidc/callback');

/** Signs in as a browser does. @returns where the browser ends, and the session. */
async function signIn(to = '/runs/r1?tab=steps', visitor = createVisitor()) {
  const way = await visitor.follow(`${origin()}/api/oidc/start?${new URLSearchParams({ to })}`);
  const answer = await visitor.get(`${origin()}/api/session`, { 'sec-fetch-site': 'same-origin' });
  const body = (await answer.json()) as { person: { name: string; roles: string[] }; csrf: string };
  return { visitor, end: way.at(-1)!, status: answer.status, ...body };
}

const reasonOf = (address: string) => new URL(address).searchParams.get('refused');

describe('signing in', () => {
  it('offers the provider to everybody', async () => {
    const { body } = await at.send('GET', '/api/sign-in');
    expect(JSON.parse(body)).toEqual({ provider: new URL(issuer.issuer).host });
  });

  it('leads back to the page, with the name and the roles of the groups', async () => {
    const { end, status, person } = await signIn();
    expect([end, status]).toEqual([`${origin()}/runs/r1?tab=steps`, 200]);
    expect(person).toEqual({ name: 'wei@example.com', roles: ['viewer', 'operator'] });
  });

  it('keeps the cookie of the sign-in narrow and short, and the one of the session strict', async () => {
    const visitor = createVisitor();
    const start = await visitor.get(`${origin()}/api/oidc/start`);
    expect(start.headers.getSetCookie().join()).toMatch(
      /-sign-in=[^;]+; Max-Age=600; Path=\/api\/oidc; HttpOnly; SameSite=Lax/,
    );
    const way = await visitor.follow(start.headers.get('location')!, isCallback);
    const back = await visitor.get(way.at(-1)!, { 'sec-fetch-site': 'cross-site' });
    expect(back.headers.getSetCookie().join()).toMatch(/refit-\d+=[^;]+;.*SameSite=Strict/);
    expect([back.status, back.headers.get('location')]).toEqual([302, '/']);
    expect([...visitor.cookies.keys()].filter((one) => one.endsWith('sign-in'))).toEqual([]);
  });

  it('asks for PKCE, a state and a nonce, and sends no secret by the browser', async () => {
    const start = await createVisitor().get(`${origin()}/api/oidc/start`);
    const to = new URL(start.headers.get('location')!);
    const all = Object.fromEntries(to.searchParams);
    expect(all).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', client_id: CLIENT_ID },
      ...{ redirect_uri: `${origin()}/api/oidc/callback`, scope: 'openid email profile groups' },
    });
    expect([all.state!.length, all.nonce!.length, all.code_challenge!.length]).toEqual([43, 43, 43]);
    expect(to.href).not.toContain('secret');
  });

  it.each<[string, Account | null, string]>([
    ['cancels', null, 'denied'],
    ['has no group with a role', { ...WEI, groups: ['guests'] }, 'no-role'],
    ['has no groups at all', { sub: '7', preferred_username: 'li' }, 'no-role'],
    ['has no name', { sub: '8', groups: ['admins'] }, 'no-name'],
    ['has a name with markup', { sub: '9', preferred_username: '<b>', groups: ['admins'] }, 'no-name'],
  ])('ends on the page with the reason if the person %s', async (_, account, reason) => {
    issuer.next = account;
    const { end, status } = await signIn('/runs');
    expect([reasonOf(end), new URL(end).searchParams.get('to'), status]).toEqual([reason, '/runs', 401]);
    expect(refused).toEqual([reason]);
  });

  it('does not take an email for a name that the provider has not verified', async () => {
    issuer.next = { ...WEI, sub: 'thief', email_verified: false };
    const { person } = await signIn();
    expect(person.name).toMatch(/^wei-[0-9a-f]{12}$/);
    issuer.next = { ...WEI, sub: 'other', email_verified: false };
    expect((await signIn()).person.name).not.toBe(person.name);
  });

  it('says that the provider is down, and who is signed in works on', async () => {
    const { visitor } = await signIn();
    issuer.isDown = true;
    const fresh = await startConsole();
    onTestFinished(() => fresh.close());
    const [, end] = await createVisitor().follow(`${fresh.server.origin}/api/oidc/start?to=/runs`);
    expect(reasonOf(end!)).toBe('unavailable');
    const answer = await visitor.get(`${origin()}/api/runs`);
    expect(answer.status).toBe(200);
  });

  it('says the same if the provider goes down in between', async () => {
    const visitor = createVisitor();
    const way = await visitor.follow(`${origin()}/api/oidc/start?to=/runs`, isCallback);
    issuer.isDown = true;
    expect(reasonOf((await visitor.follow(way.at(-1)!))[1]!)).toBe('unavailable');
  });
});

describe('each role by its group', () => {
  it.each(ROLES)('%s: every address of the API', async (role) => {
    issuer.next = { ...WEI, sub: role, groups: [settings().roles[role]![0]!] };
    const { visitor, csrf, person } = await signIn();
    expect(person.roles).toEqual([role]);
    const cookie = [...visitor.cookies].find(([name]) => name === `refit-${port}`)!;
    const headers = {
      ...at.ownHeaders(),
      ...{ cookie: `${cookie[0]}=${cookie[1].value}`, 'x-refit-csrf': csrf },
    };
    for (const { method, path, action } of ROUTES) {
      if (path === '/people/sign-out') continue;
      const answer = await at.send(method, `/api${path.replace(/:\w+/g, 'r1')}`, {
        headers,
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      const may = (ACTIONS[action] as readonly string[]).includes(role);
      expect(answer.status === 403, `${method} ${path}: ${answer.body}`).toBe(!may);
      expect(answer.status, `${method} ${path}`).not.toBe(401);
    }
  });
});

describe('an attacker gets no session', () => {
  it('with the answer of somebody else, because another browser began it', async () => {
    const attacker = createVisitor();
    const way = await attacker.follow(`${origin()}/api/oidc/start`, isCallback);
    const victim = createVisitor();
    expect(reasonOf((await victim.follow(way.at(-1)!))[1]!)).toBe('expired');
    await victim.get(`${origin()}/api/oidc/start`);
    expect(reasonOf((await victim.follow(way.at(-1)!))[1]!)).toBe('invalid');
    expect([...victim.cookies.keys()]).toEqual([]);
  });

  it('with an answer that was used', async () => {
    const { visitor } = await signIn();
    const again = createVisitor();
    const way = await again.follow(`${origin()}/api/oidc/start`, isCallback);
    const cookies = new Map(again.cookies);
    expect((await again.follow(way.at(-1)!)).at(-1)).toBe(`${origin()}/`);
    for (const [name, cookie] of cookies) again.cookies.set(name, cookie);
    expect(reasonOf((await again.follow(way.at(-1)!))[1]!)).toBe('expired');
    expect((await visitor.get(`${origin()}/api/session`)).status).toBe(200);
  });

  it.each<[string, (answer: URL) => void]>([
    ['another state', (answer) => answer.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (answer) => answer.searchParams.delete('state')],
    ['two states', (answer) => answer.searchParams.append('state', 'y')],
    ['another code', (answer) => answer.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (answer) => answer.searchParams.delete('code')],
    ['another issuer, as in a mix-up', (answer) => answer.searchParams.set('iss', 'https://evil.example')],
    ['no issuer', (answer) => answer.searchParams.delete('iss')],
  ])('with %s', async (_, change) => {
    const visitor = createVisitor();
    const way = await visitor.follow(`${origin()}/api/oidc/start`, isCallback);
    const answer = new URL(way.at(-1)!);
    change(answer);
    const [, end] = await visitor.follow(answer.href);
    expect(reasonOf(end!)).toBe('invalid');
    expect((await visitor.get(`${origin()}/api/session`)).status).toBe(401);
  });

  it('by many attempts, and reads that it has to wait', async () => {
    for (let tries = 0; tries < RATES.signIn.most; tries++)
      await createVisitor().get(`${origin()}/api/oidc/callback?code=${tries}`);
    const [, end] = await createVisitor().follow(`${origin()}/api/oidc/start?to=/runs`);
    expect(reasonOf(end!)).toBe('too-many');
  });

  it('after ten minutes, even if the cookie is still there', async () => {
    const visitor = createVisitor();
    const way = await visitor.follow(`${origin()}/api/oidc/start?to=/runs`, isCallback);
    passed += 601_000;
    expect(reasonOf((await visitor.follow(way.at(-1)!))[1]!)).toBe('expired');
  });

  it('from a page of another site that starts a sign-in', async () => {
    const start = await createVisitor().get(`${origin()}/api/oidc/start`, { 'sec-fetch-site': 'cross-site' });
    expect(start.status).toBe(403);
  });

  it('without the secret of the client', async () => {
    await at.close();
    at = await startConsole({}, { [CLIENT_SECRET]: 'a guess' }, port);
    expect(reasonOf((await signIn()).end)).toBe('invalid');
    await at.close();
    at = await startConsole({}, {}, port);
    expect((await signIn()).status).toBe(200);
  });
});

describe('the page after the sign-in', () => {
  it.each([
    ['/runs/r1?outcome=failed', '/runs/r1?outcome=failed'],
    ['/', '/'],
    ['/reviews/%2e%2e', '/'],
    ['/reviews/x/%2e%2e', '/reviews/'],
    [undefined, '/'],
    ['https://evil.example/', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/%5cevil.example', '/%5cevil.example'],
    ['/..//evil.example', '/'],
    ['/.//evil.example/x', '/'],
    ['/a/..//evil.example', '/'],
    ['/\tevil', '/'],
    ['/runs\r\nset-cookie: a=b', '/'],
    ['javascript:alert(1)', '/'],
    ['/api/logout', '/'],
    ['/API/oidc/start', '/'],
    ['/sign-in?to=/', '/'],
    [['/runs'], '/'],
    [`/${'x'.repeat(3_000)}`, '/'],
  ])('%s leads to %s', (asked, path) => {
    expect(returnPath(asked, 'https://refit.example.com')).toBe(path);
  });
});
