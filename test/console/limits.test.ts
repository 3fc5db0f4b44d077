/** How much one client may ask, and sessions that somebody ends. */
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { addressKey, createRateLimit, RATES } from '../../src/console/server/limits.ts';
import { createSessions, IDLE_FOR } from '../../src/console/server/sessions.ts';
import { startTestConsole } from './test-console.ts';

describe('a rate limit', () => {
  const limitOf = (keys?: number) => {
    const clock = new VirtualClock();
    return {
      limit: createRateLimit(clock, { most: 20, per: 60_000 }, keys),
      pass: (ms: number) => clock.run(() => clock.sleep(ms)),
    };
  };
  const spend = (limit: ReturnType<typeof createRateLimit>, key: string, times: number) =>
    Array.from({ length: times }, () => limit.take(key));

  it('permits a burst, then fills up at a steady rate', async () => {
    const { limit, pass } = limitOf();
    expect(spend(limit, 'a', 22)).toEqual([...Array.from({ length: 20 }, () => null), 3, 3]);
    await pass(3_000);
    expect(spend(limit, 'a', 2)).toEqual([null, 3]);
    await pass(3_600_000);
    expect(spend(limit, 'a', 21).filter((one) => one === null)).toHaveLength(20);
  });

  it('counts each key by itself, and asking takes nothing', () => {
    const { limit } = limitOf();
    spend(limit, 'a', 20);
    expect([limit.ask('a'), limit.ask('b'), limit.ask('b')]).toEqual([3, null, null]);
    expect(spend(limit, 'b', 20)).not.toContain(3);
  });

  it('forgets the key that was used longest ago when there are too many', () => {
    const { limit } = limitOf(2);
    spend(limit, 'a', 20);
    spend(limit, 'b', 20);
    expect(limit.ask('a')).toBe(3);
    limit.take('c');
    expect([limit.ask('a'), limit.ask('b')]).toEqual([3, null]);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('counts %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe('a session', () => {
  const WEI = { name: 'wei', roles: ['admin'] } as const;
  const stage = () => {
    const clock = new VirtualClock();
    let count = 0;
    return { clock, sessions: createSessions(clock, () => `secret-${count++}`) };
  };

  it('is listed without what signs in, and ends by its id together with its streams', () => {
    const { sessions } = stage();
    const [cookie, other] = [sessions.begin(WEI), sessions.begin(WEI, 'login.example')];
    const session = sessions.of(cookie)!;
    let ended = 0;
    session.streams.add({ destroy: () => ended++ });
    expect([session.by, sessions.of(other)!.by]).toEqual(['link', 'login.example']);
    expect(sessions.list()).toHaveLength(2);
    expect(JSON.stringify(sessions.list())).not.toContain(cookie);
    expect(sessions.endById('nothing')).toBe(false);
    expect(sessions.endById(session.id)).toBe(true);
    expect([sessions.of(cookie), ended, sessions.isOpen(session)]).toEqual([null, 1, false]);
    expect(sessions.of(other)?.person).toBe(WEI);
  });

  it('does not live on by its streams', async () => {
    const { clock, sessions } = stage();
    const session = sessions.of(sessions.begin(WEI))!;
    expect(sessions.isOpen(session)).toBe(true);
    await clock.run(() => clock.sleep(IDLE_FOR + 1));
    expect([sessions.isOpen(session), sessions.list()]).toEqual([false, []]);
  });
});

describe('over HTTP', () => {
  const start = async (options: Parameters<typeof startTestConsole>[0] = {}) => {
    const at = await startTestConsole(options);
    onTestFinished(() => at.close());
    return at;
  };

  it('refuses too many guesses of a link, and says when to try again', async () => {
    const at = await start({ clock: new VirtualClock() });
    const guess = () =>
      at.send('POST', '/api/login', { headers: at.ownHeaders(), body: '{"token":"a guess"}' });
    for (let tries = 0; tries < RATES.signIn.most; tries++) expect((await guess()).status).toBe(401);
    const { status, headers, body } = await guess();
    expect([status, headers['retry-after'], JSON.parse(body).fix]).toEqual([429, '2', 'try again in 2 s']);
    // Who is signed in works on.
    expect((await at.send('GET', '/')).status).toBe(200);
  });

  it('refuses too many requests of a session, and nobody else', async () => {
    const at = await start({ clock: new VirtualClock() });
    const [{ headers }, other] = [await at.signIn(['viewer']), await at.signIn(['viewer'])];
    const statuses = new Set<number>();
    for (let sent = 0; sent <= RATES.session.most; sent++)
      statuses.add((await at.send('GET', '/api/runs', { headers })).status);
    expect([...statuses]).toEqual([200, 429]);
    expect((await at.send('GET', '/api/runs', other)).status).toBe(200);
  });

  it('takes two cookies of one name for none, because another port can set one', async () => {
    const at = await start();
    const { headers } = await at.signIn(['viewer']);
    const name = headers.cookie!.split('=')[0];
    for (const cookie of [`${headers.cookie}; ${name}=tossed`, `${name}=tossed; ${headers.cookie}`])
      expect((await at.send('GET', '/api/session', { headers: { ...headers, cookie } })).status).toBe(401);
  });

  it('gives a new session to each login, and ends the one before', async () => {
    const at = await start();
    const { headers } = await at.signIn(['viewer']);
    const token = new URL(at.server.loginLink({ name: 'wei', roles: ['admin'] })).hash.slice(7);
    const again = await at.send('POST', '/api/login', {
      headers: { ...at.ownHeaders(), cookie: headers.cookie },
      body: JSON.stringify({ token }),
    });
    expect(String(again.headers['set-cookie'])).not.toContain(headers.cookie);
    expect((await at.send('GET', '/api/session', { headers })).status).toBe(401);
  });

  it.each([
    ['says nothing', ''],
    ['never ends its head', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['never ends its body', 'POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{'],
  ])('closes a connection that %s', async (_, text) => {
    const at = await start({ requestTime: 250 });
    const socket = connect(at.port, '127.0.0.1', () => socket.write(text)).on('error', () => undefined);
    let answer = '';
    socket.on('data', (piece) => {
      answer += String(piece);
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answer).toMatch(/^$|^HTTP\/1\.1 (408|421)/);
  });
});
